"""One call by which AWS may be changed: the IAM actions it needs and on what, and whether making it twice does harm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct


class Right(Struct, frozen=True, kw_only=True):
    """An IAM action that a call needs beside its own.

    It is needed where the parameter `given` is there, and reads as `said` where that is not empty. `on` are the ARNs
    that it is needed on, with fields as in `writes.ON`; none: what the call itself is about. `only` is the condition
    under which AWS is asked to allow it, fields in its values among them.
    """

    action: str
    given: str = ""
    said: str = ""
    on: tuple[str, ...] = ()
    only: Mapping[str, Mapping[str, str]] = {}


class Write(Struct, frozen=True, kw_only=True):
    """One row of the table of writes. `again` says that making the call twice is making it once.

    `gone` are the errors that mean, when it takes something back, that there is nothing left to take back: a code, or
    `Code: words of its message` where the code alone says too little. `also` are rights that AWS checks beside the
    first action, some only with some parameters. `only` is the condition under which the first one is asked for.
    `settled` are the errors that mean, when it does something, that it is done already. `there` are those that mean,
    when it takes something back, that such a thing is there already; whether it is that very thing tells the call
    `same`, which reads, with the same parameters, or with those that `asked` names (by its own name the call's);
    `shown` is a JMESPath expression over its answer that is not empty then, `${Name}` in it a parameter of the call. A
    call that must not be made twice is not made again where `same` finds what it would make.
    """

    call: str
    action: str
    only: Mapping[str, Mapping[str, str]] = {}
    also: tuple[Right, ...] = ()
    again: bool = True
    gone: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    there: tuple[str, ...] = ()
    same: str = ""
    asked: dict[str, str] = {}
    shown: str = "@"

    @property
    def actions(self) -> tuple[str, ...]:
        """All IAM actions that the call may need, whatever its parameters."""
        return (self.action, *(one.action for one in self.also))

    def rights(self, parameters: Mapping[str, Any], account: str) -> Iterator[Right]:
        """Go through what the call needs with these parameters, in this account."""
        yield Right(action=self.action, only=self.only)
        for one in self.also:
            value = parameters.get(one.given)
            wanted = one.said.format(account=account)
            if not one.given or (str(value) == wanted if wanted else value):
                yield one


def linked_role(service: str, given: str = "") -> Right:
    """Return the right to have a service make the role that it works as, and no other (IAM User Guide, "Service-linked
    role permissions")."""
    return Right(
        action="iam:CreateServiceLinkedRole",
        given=given,
        on=(f"arn:*:iam::{{account}}:role/aws-service-role/{service}/*",),
        only={"StringEquals": {"iam:AWSServiceName": service}},
    )


def tells(errors: Iterable[str], code: str, message: str) -> bool:
    """Return whether what AWS answered is one of these errors: a code, or `Code: words of its message`."""
    apart = (one.partition(": ") for one in errors)
    return any(name == code and words in message for name, _, words in apart)
