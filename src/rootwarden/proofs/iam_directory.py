"""The users, groups, roles and policies of an account, and which policies each user and role holds.

Reads the answer of GetAccountAuthorizationDetails as it stands: what could not be read becomes a doubt about whoever
it touches, and about nobody else. AWS leaves out `UserPolicyList` and its siblings, `PermissionsBoundary` and `Tags`
where there are none; `GroupList` and `AttachedManagedPolicies` are always there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from rootwarden.model.readings import Unknown, UnseenError, first_unknown, unknown_in
from rootwarden.model.view import View
from rootwarden.proofs.admin_power import IAM_PATTERNS as _IAM
from rootwarden.proofs.admin_power import NOBODY, Held, Place, Standing, could_grant, standing
from rootwarden.proofs.condition_values import Context
from rootwarden.proofs.iam_quick import (
    QUICK_POLICIES,
    QUICK_ROLES,
    QuickPolicy,
    could_administer,
    surely_powerless_policies,
)
from rootwarden.proofs.policy_document import Document, read_document

FACT = "iam.authorization"
# The content of this policy of AWS's is fixed; a snapshot without its text still says what it allows.
_ADMINISTRATOR_ACCESS = ":iam::aws:policy/AdministratorAccess"
_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


class Holdings(Struct, frozen=True):
    """The policies somebody holds, as (label, JSON), what could not be read of them, and the boundary's ARN or ""."""

    policies: tuple[tuple[str, Any], ...]
    doubts: tuple[UnseenError, ...]
    boundary: str = ""

    def documents(self) -> tuple[Document, ...]:
        """Return the policies as read; one flawed document stands for all that could not be."""
        unread = (Document((), str(self.doubts[0])),) if self.doubts else ()
        return (*(read_document(policy) for _, policy in self.policies), *unread)


class Directory:
    """Looks up who holds what in one account; records nothing, because what is cited is up to the control.

    Taken by `seen.once(Directory)`: one for all controls of an account.
    """

    __slots__ = (
        "_documents", "_groups", "_holders", "_policies", "_powerless", "_powerless_groups", "_room", "_texts", "place",
    )  # fmt: skip

    def __init__(self, seen: View) -> None:
        """Look at the account of a view."""
        self._room = seen.about().account
        self.place = Place(seen.subject.partition, seen.subject.account)
        self._groups: dict[str, Any] | UnseenError | None = None
        self._policies: dict[str, Any] | UnseenError | None = None
        self._texts: dict[str, Any] = {}
        self._documents: dict[int, Document] = {}
        self._powerless: dict[str, bool] = {}
        self._powerless_groups: dict[str, bool] = {}
        self._holders: dict[str, tuple[Holdings, Standing]] = {}

    def items(self, kind: str) -> list[Any]:
        """Return the raw `users`, `roles`, `groups` or `policies`.

        Raises:
            UnseenError: the list could not be read.
        """
        return listed(self._room.part(FACT, kind).as_collected(), f"{FACT}.{kind}")

    def roles(self) -> Sequence[Any]:
        """Return the raw roles, each decoded when it is looked at: an account has hundreds, few of which matter.

        Raises:
            UnseenError: the list could not be read.
        """
        pieces = self._room.pieces(FACT, "roles")
        return self.items("roles") if pieces is None else pieces

    def powerful_roles(self) -> list[tuple[int, Any]]:
        """Return the roles that a quick look does not rule out as administrators, with their number in the list.

        Raises:
            UnseenError: the list could not be read.
        """
        quick = self._room.shaped(FACT, QUICK_ROLES, "roles")
        if quick is not None:
            found = could_administer(quick, self._arn_powerless)
            legible = not found or self._room.legible(FACT, "roles")
            return [(number, (quick[number].plain() if legible else None) or self.roles()[number]) for number in found]
        return [
            (number, role)
            for number, role in enumerate(self.roles())
            if not (isinstance(role, dict) and self.surely_powerless(role, "RolePolicyList"))
        ]

    def of_user(self, user: dict[str, Any], path: str) -> Holdings:
        """Return what a user holds: its own policies, attached ones, and those of its groups."""
        found: list[tuple[str, Any]] = []
        doubts: list[UnseenError] = []
        _gather(found, doubts, self._own(user, "UserPolicyList", path, ""))
        _gather(found, doubts, self._through_groups(user, path))
        return self._holdings(user, path, found, doubts)

    def of_role(self, role: dict[str, Any], path: str) -> Holdings:
        """Return what a role holds: its own policies and attached ones."""
        found: list[tuple[str, Any]] = []
        doubts: list[UnseenError] = []
        _gather(found, doubts, self._own(role, "RolePolicyList", path, ""))
        return self._holdings(role, path, found, doubts)

    def boundary(self, holdings: Holdings) -> Held | None:
        """Return the policy of the permissions boundary; None for no boundary, flawed where it could not be read."""
        if not holdings.boundary:
            return None
        text = self._text_of(holdings.boundary)
        return Held("boundary", Document((), str(text)) if isinstance(text, UnseenError) else read_document(text))

    def surely_powerless(self, item: dict[str, Any], inline: str, *, groups: bool = False) -> bool:
        """Return whether a quick look already shows that a user or role is no administrator.

        For the many that hold nothing of interest: every policy is there, and none could grant all of IAM. `groups`:
        the item is a user, whose groups count too.
        """
        attached, own = item.get("AttachedManagedPolicies"), item.get(inline, [])
        if not isinstance(attached, list) or not isinstance(own, list):
            return False
        if groups and not self._groups_powerless(item.get("GroupList")):
            return False
        for one in attached:
            arn = one.get("PolicyArn") if isinstance(one, dict) else None
            if not isinstance(arn, str) or not self._arn_powerless(arn):
                return False
        return all(isinstance(one, dict) and not could_grant(one.get("PolicyDocument"), *_IAM) for one in own)

    def _groups_powerless(self, names: Any) -> bool:
        if not isinstance(names, list):
            return False
        for name in names:
            if not isinstance(name, str):
                return False
            if name not in self._powerless_groups:
                groups = self._by_name()
                group = groups.get(name) if isinstance(groups, dict) else None
                found = isinstance(group, dict) and self.surely_powerless(group, "GroupPolicyList")
                self._powerless_groups[name] = found
            if not self._powerless_groups[name]:
                return False
        return True

    def _arn_powerless(self, arn: str) -> bool:
        known = self._powerless.get(arn)
        if known is None:
            self._by_arn()  # which tells of most at once
            if arn not in self._powerless:
                self._powerless[arn] = not self._text_could_grant(arn)
            known = self._powerless[arn]
        return known

    def _text_could_grant(self, arn: str) -> bool:
        text = self._text_of(arn)
        return isinstance(text, UnseenError) or could_grant(text, *_IAM)

    def of_user_with_power(self, user: dict[str, Any], path: str, known: Context) -> tuple[Holdings, Standing]:
        """Return what a user holds and how much power it gives; `known` is what is known of the user's requests."""
        if path not in self._holders:
            holdings = self.of_user(user, path)
            self._holders[path] = holdings, self.power(holdings, known)
        return self._holders[path]

    def power(self, holdings: Holdings, known: Context) -> Standing:
        """Measure how much power holdings give; `known` as in `admin_power.standing`."""
        if not holdings.doubts and not any(could_grant(text, *_IAM) for _, text in holdings.policies):
            return NOBODY
        held = [Held(label, self._document(text)) for label, text in holdings.policies]
        held.extend(Held("", Document((), str(doubt))) for doubt in holdings.doubts[:1])
        return standing(held, self.boundary(holdings), self.place, known)

    def why_unsure(self, holdings: Holdings, why: str) -> Unknown:
        """Return the reason for an open answer: the part that could not be read, else what was not understood."""
        if holdings.doubts:
            return holdings.doubts[0].unknown
        texts = [text for _, text in holdings.policies]
        limit = self._text_of(holdings.boundary) if holdings.boundary else None
        if isinstance(limit, UnseenError):
            return limit.unknown
        return first_unknown([*texts, limit]) or Unknown(f"policy_not_decidable: {why}")

    def _document(self, text: Any) -> Document:
        """Read a policy of the snapshot, each once: the snapshot keeps it, so that its identity lasts."""
        read = self._documents.get(id(text))
        if read is None:
            read = self._documents[id(text)] = read_document(text)
        return read

    # -- inside ------------------------------------------------------------------------------------------------
    def _holdings(
        self, item: dict[str, Any], path: str, found: list[tuple[str, Any]], doubts: list[UnseenError]
    ) -> Holdings:
        limit = item.get("PermissionsBoundary")
        arn = limit.get("PermissionsBoundaryArn") if isinstance(limit, dict) else None
        if limit is not None and not isinstance(arn, str):
            why = unknown_in(limit) or unknown_in(arn) or Unknown("malformed: a boundary without an ARN")
            doubts.append(UnseenError(why, f"{path}.PermissionsBoundary"))
        return Holdings(tuple(found), tuple(doubts), arn if isinstance(arn, str) else "")

    def _own(self, item: dict[str, Any], inline: str, path: str, via: str) -> Iterator[tuple[str, Any] | UnseenError]:
        for attached in _parts(item, "AttachedManagedPolicies", path):
            arn = attached.get("PolicyArn") if isinstance(attached, dict) else attached
            if not isinstance(arn, str):
                yield attached if isinstance(attached, UnseenError) else _broken(attached, arn, f"{path}.PolicyArn")
                continue
            text = self._text_of(arn)
            yield text if isinstance(text, UnseenError) else (f"{arn.rpartition('/')[2]}{via}", text)
        for policy in _parts(item, inline, path) if item.get(inline) is not None else ():
            text = policy.get("PolicyDocument") if isinstance(policy, dict) else policy
            if isinstance(text, UnseenError):
                yield text
            elif text is None or unknown_in(text) is not None or not isinstance(policy, dict):
                yield _broken(policy, text, f"{path}.{inline}")
            else:
                yield f"{policy.get('PolicyName')}{via}", text

    def _through_groups(self, user: dict[str, Any], path: str) -> Iterator[tuple[str, Any] | UnseenError]:
        for name in _parts(user, "GroupList", path):
            if not isinstance(name, str):
                yield name if isinstance(name, UnseenError) else _broken(name, name, f"{path}.GroupList")
                continue
            groups = self._by_name()
            group = groups.get(name) if isinstance(groups, dict) else groups
            where = f"{FACT}.groups[{name}]"
            if isinstance(group, dict):
                yield from self._own(group, "GroupPolicyList", where, f" (group {name})")
            else:
                yield group if isinstance(group, UnseenError) else self._not_found("groups", where)

    def _by_name(self) -> dict[str, Any] | UnseenError:
        if self._groups is None:
            try:
                groups = self.items("groups")
                self._groups = {g["GroupName"]: g for g in groups if isinstance(g, dict) and _named(g, "GroupName")}
            except UnseenError as error:
                self._groups = error
        return self._groups

    def _by_arn(self) -> dict[str, Any] | UnseenError:
        """Return the managed policies by ARN: as `QuickPolicy` where all are as AWS writes them, else as they stand."""
        if self._policies is None:
            quick = self._room.shaped(FACT, QUICK_POLICIES, "policies")
            if quick is not None:
                self._policies = {policy.Arn: policy for policy in quick}
                self._powerless.update(surely_powerless_policies(self._policies))
                return self._policies
            try:
                policies = self.items("policies")
                self._policies = {p["Arn"]: p for p in policies if isinstance(p, dict) and _named(p, "Arn")}
            except UnseenError as error:
                self._policies = error
        return self._policies

    def _not_found(self, kind: str, where: str) -> UnseenError:
        """Return why a group or policy that somebody holds is not in the snapshot."""
        return UnseenError(first_unknown(self.items(kind)) or Unknown("not_in_snapshot"), where)

    def _text_of(self, arn: str) -> Any:
        if arn not in self._texts:
            self._texts[arn] = self._find_text(arn)
        return self._texts[arn]

    def _find_text(self, arn: str) -> Any:
        """Return the default version of a managed policy, or the `UnseenError` that stands for it."""
        policies = self._by_arn()
        found = policies.get(arn) if isinstance(policies, dict) else None
        item = found.plain() if isinstance(found, QuickPolicy) else found
        where = f"{FACT}.policies[{arn}]"
        versions = item.get("PolicyVersionList") if item else None
        if isinstance(versions, list):
            for version in versions:
                text = version.get("Document") if isinstance(version, dict) else None
                default = isinstance(version, dict) and version.get("IsDefaultVersion", len(versions) == 1) is True
                if default and text is not None and unknown_in(text) is None:
                    return text
        if arn.endswith(_ADMINISTRATOR_ACCESS):
            return _ALL
        if isinstance(policies, UnseenError):
            return policies
        return self._not_found("policies", where) if item is None else _broken(item, item, where)


def listed(value: Any, path: str) -> list[Any]:
    """Return a raw value that must be a list.

    Raises:
        UnseenError: it could not be read, is absent, or is something else.
    """
    if isinstance(value, list):
        return value
    missing = Unknown("field_missing") if value is None else Unknown("malformed: expected a list")
    raise UnseenError(unknown_in(value) or missing, path)


def _named(item: dict[str, Any], key: str) -> bool:
    return isinstance(item.get(key), str)


def _parts(item: dict[str, Any], key: str, path: str) -> Iterable[Any]:
    try:
        return listed(item.get(key), f"{path}.{key}")
    except UnseenError as error:
        return (error,)


def _broken(item: Any, part: Any, path: str) -> UnseenError:
    return UnseenError(first_unknown(item) or first_unknown(part) or Unknown("malformed: a policy is missing"), path)


def _gather(
    found: list[tuple[str, Any]], doubts: list[UnseenError], parts: Iterable[tuple[str, Any] | UnseenError]
) -> None:
    for part in parts:
        if isinstance(part, UnseenError):
            doubts.append(part)
        else:
            found.append(part)
