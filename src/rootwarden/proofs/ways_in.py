"""The ways into an account as an administrator without being root: users with a credential, roles with an open door."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from rootwarden.model.readings import Unknown, first_unknown
from rootwarden.model.sight import Log, Sight
from rootwarden.model.view import View
from rootwarden.proofs.admin_power import Standing
from rootwarden.proofs.iam_directory import Directory, Holdings
from rootwarden.proofs.iam_users import Named, Report, account_role, account_users, credentials
from rootwarden.proofs.role_doors import Door, Doors, Role, read_role
from rootwarden.proofs.role_trust import Trusted
from rootwarden.proofs.truth import Truth, all_true, any_true
from rootwarden.proofs.user_power import known_of_role, known_of_user, notes_on

# The facts that tell of ways into an account.
FACTS = ("iam.authorization", "iam.credential_report", "iam.saml_providers", "sso.permission_sets")


class Way(Struct, frozen=True, gc=False):
    """A way in: whether it is there, in words, what was read to know it, and the ARN as which somebody comes.

    `bare` says of a user whether somebody comes in as it also by its password alone, which is no way that lasts.
    """

    there: Truth
    says: str
    cells: tuple[Sight, ...] = ()
    notes: tuple[str, ...] = ()
    arn: str = ""
    bare: Truth = Truth(False)


class WaysIn:
    """Looks for ways into one account."""

    __slots__ = ("_candidates", "_closed", "_directory", "_doors", "_report", "_seen", "_users")

    def __init__(self, seen: View) -> None:
        """Look at the account of a view.

        Raises:
            UnseenError: the authorization details or the credential report could not be read.
        """
        self._seen = seen
        self._directory = seen.once(Directory)
        self._report = seen.once(Report)
        self._report.users()
        self._users = sorted(account_users(seen), key=lambda user: (user.arn, user.path))
        self._candidates = self._directory.powerful_roles()
        self._doors = Doors(seen, self._directory, self._report, self._users)
        self._closed: list[tuple[Role, Truth]] = []

    def straight(self) -> Iterator[Way]:
        """Yield every administrator who can come in directly, and every open question about one.

        Administrative roles whose doors are all shut are remembered for `through_roles`.
        """
        for user in self._users:
            yield from self._user(user)
        for number, role in self._candidates:
            yield from self._role(account_role(role, number, self._seen))

    def through_roles(self) -> Iterator[Way]:
        """Yield the roles found shut by `straight` that can be entered by way of other roles of the account."""
        inner = [(role, powerful) for role, powerful in self._closed if self._lets_own_roles_in(role)]
        if not inner:
            return
        every = (account_role(role, number, self._seen) for number, role in enumerate(self._directory.roles()))
        roles = [read_role(named) for named in every if named.name]
        reached = {role.arn: any_true(door.open for door in self._doors.of(role)) for role in roles}
        while self._spread(roles, reached):
            pass
        for role, powerful in inner:
            answer = all_true((reached[role.arn], powerful))
            if answer.value is not False:
                says = f"role {role.name} (by way of another role)"
                yield Way(answer, says, (role.trust_cell(Log()),), arn=role.arn)

    # -- inside ------------------------------------------------------------------------------------------------
    def _user(self, user: Named) -> Iterator[Way]:
        if not user.name:
            yield _open_question(user)
            return
        if self._directory.surely_powerless(user.raw, "UserPolicyList", groups=True):
            return
        place = self._directory.place
        holdings, always = self._directory.of_user_with_power(user.raw, user.path, known_of_user(user, place))
        if always.answer.value is False:
            return
        found = self._report.row(user.name)
        held, row = credentials(found), found.at(Log())
        with_mfa = bare = always
        if not always.answer.value or always.depends or always.restrained:
            with_mfa = self._directory.power(holdings, known_of_user(user, place, mfa=True))
            bare = self._directory.power(holdings, known_of_user(user, place, mfa=False))
        strong, weak = (self._powerful(holdings, power, user.path) for power in (with_mfa, bare))
        key = any_true(held.keys)
        by_password = all_true((held.password, held.mfa, strong))
        by_key = all_true((key, any_true((weak, all_true((held.mfa, strong))))))
        cells: tuple[Sight, ...] = (row["password_enabled"], row["mfa_active"])
        if not by_password.value:
            cells = tuple(row[f"access_key_{n}_active"] for n, one in enumerate(held.keys, 1) if one.value)[:1]
        way = "password and MFA" if by_password.value else "access key"
        notes = tuple(notes_on(with_mfa)) if by_password.value else tuple(notes_on(bare))
        label = (
            (f"break_glass: {user.name} looks like a break-glass user",) if looks_like_break_glass(user.name) else ()
        )
        there = any_true((by_password, by_key))
        yield Way(
            there, f"user {user.name} ({way})", cells, (*notes, *label), user.arn, all_true((held.password, weak))
        )

    def _role(self, named: Named) -> Iterator[Way]:
        if not named.name:
            yield _open_question(named)
            return
        holdings = self._directory.of_role(named.raw, named.path)
        power = self._directory.power(holdings, known_of_role(named.arn, self._directory.place))
        if power.answer.value is False:
            return
        role = read_role(named)
        doors = list(self._doors.of(role))
        powerful = self._powerful(holdings, power, named.path)
        answers = [all_true((door.open, powerful)) for door in doors]
        for door, answer in zip(doors, answers, strict=True):
            if answer.value:
                yield _way(role, door, answer, power)
                return
        answer = any_true(answers)
        if answer.value is None:
            yield Way(answer, f"role {role.name}")
        if powerful.value is not False:
            self._closed.append((role, powerful))

    def _powerful(self, holdings: Holdings, power: Standing, path: str) -> Truth:
        if power.answer.value is not None:
            return Truth(power.answer.value)
        return Truth(None, self._directory.why_unsure(holdings, power.answer.why), path)

    def _lets_own_roles_in(self, role: Role) -> bool:
        kinds = {door.guest.kind for door in self._doors.of(role)}
        return bool(kinds & {Trusted.OWN_ACCOUNT, Trusted.OWN_IDENTITY})

    def _spread(self, roles: list[Role], reached: dict[str, Truth]) -> bool:
        """Let whoever is in one role go on into the next; return whether that opened any."""
        spread = False
        for target in roles:
            if reached[target.arn].value:
                continue
            steps = (
                all_true((reached[source.arn], self._doors.may_step(source, target)))
                for source in roles
                if source.arn != target.arn and reached[source.arn].value is not False
            )
            answer = any_true((reached[target.arn], *steps))
            spread = spread or answer.value is not reached[target.arn].value
            reached[target.arn] = answer
        return spread


def _open_question(named: Named) -> Way:
    unread = first_unknown(named.raw) or Unknown("malformed: a user or role without a name")
    return Way(Truth(None, unread, named.path), "")


def _way(role: Role, door: Door, there: Truth, power: Standing) -> Way:
    notes = tuple(f"{role.name}: {note}" for note in notes_on(power))
    return Way(there, f"role {role.name} ({door.says})", (role.trust_cell(Log()), *door.cells), notes, role.arn)


def comers(seen: View) -> frozenset[str]:
    """Return the ARNs of the users and roles as which somebody surely comes into the account as an administrator.

    They are the ways of RW-IAM-13, and users whose password is not yet joined by MFA, where that is not asked for.

    Raises:
        UnseenError: the authorization details or the credential report could not be read.
    """
    return seen.once(_comers)


def _comers(seen: View) -> frozenset[str]:
    ways = WaysIn(seen)
    found = (*ways.straight(), *ways.through_roles())
    return frozenset(way.arn for way in found if way.arn and (way.there.value or way.bare.value))


def looks_like_break_glass(name: str) -> bool:
    """Return whether a name says that somebody comes in by it only when all else fails."""
    plain = name.lower().replace("-", "").replace("_", "")
    return "breakglass" in plain or "emergency" in plain


def is_break_glass(name: str, named: Iterable[str]) -> bool:
    """Return whether a user is `named` as break-glass or looks so; AWS does not tell case apart in names of users."""
    return name.lower() in {one.lower() for one in named} or looks_like_break_glass(name)
