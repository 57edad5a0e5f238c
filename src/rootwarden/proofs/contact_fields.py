"""What AWS takes in the fields of a contact, and what of a configured one it would refuse, in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from rootwarden.model.remedy import Not
from rootwarden.model.sight import Sight
from rootwarden.model.thresholds import Thresholds


class Field(Struct, frozen=True):
    """One field: the setting it is configured by, AWS's name of it, what AWS takes in it, and the same in words."""

    setting: str
    name: str
    pattern: re.Pattern[str]
    wanted: str
    required: bool = True

    def takes(self, value: str) -> bool:
        """Return whether AWS takes a value; blanks around it do not matter."""
        return self.pattern.fullmatch(value.strip()) is not None


def words(setting: str, name: str, most: int, *, required: bool = True) -> Field:
    """Return a field that takes any text in one line, up to so many characters."""
    return Field(setting, name, re.compile(rf".{{1,{most}}}"), f"1 to {most} characters", required)


def configured(settings: Thresholds, fields: Iterable[Field]) -> dict[str, str]:
    """Return what is configured by AWS's names, without blanks around it; what is empty is left out."""
    given = {field.name: settings.text(field.setting).strip() for field in fields}
    return {name: value for name, value in given.items() if value}


def held(contact: Sight, fields: Iterable[Field]) -> dict[str, str | None]:
    """Return a contact as it was read, None in fields that AWS leaves out; empty where there is none.

    Raises:
        UnseenError: it could not be read, or a field of it is no text.
    """
    if contact.is_null:
        return {}
    places = {field.name: contact[field.name] for field in fields}
    return {name: None if place.is_none else place.text() for name, place in places.items()}


def refused(slug: str, given: Mapping[str, str], fields: Iterable[Field]) -> Not | None:
    """Return why a configured contact cannot be registered, naming section and keys; None where AWS takes it."""
    fields, where = tuple(fields), f"[remedies.{slug}]"
    missing = [field.setting for field in fields if field.required and field.name not in given]
    if missing:
        return Not("no contact is configured", f"set {', '.join(missing)} under {where} in rootwarden.toml")
    wrong = [field for field in fields if field.name in given and not field.takes(given[field.name])]
    if not wrong:
        return None
    found = ", ".join(f"{field.setting} = {given[field.name]!r}" for field in wrong)
    wanted = [f"{field.wanted} in {field.setting}" if len(wrong) > 1 else field.wanted for field in wrong]
    are = "are" if len(wrong) > 1 else "is"
    return Not(f"{found} {are} nothing that AWS takes", f"under {where}, write {'; '.join(wanted)}")


def taken_again(former: Mapping[str, str | None], fields: Iterable[Field]) -> bool:
    """Return whether AWS takes a contact that it once held: what it asks for has grown over the years."""
    return all(
        field.takes(former.get(field.name) or "") for field in fields if field.required or former.get(field.name)
    )
