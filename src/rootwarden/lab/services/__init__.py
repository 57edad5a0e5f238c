"""One file per AWS service, or per part of one, that the emulator below lacks or answers wrongly.

How to add one: put a file here; nothing else needs to be edited. The folder is walked when the lab starts.

* To mend a service that moto has, subclass moto's response class and write the operation as a method in snake case:

      class Budgets(BudgetsResponse):
          def describe_subscribers_for_notification(self) -> ActionResult: ...

  Several files may mend the same service; they become one class, so no two of them may have a method of the same
  name, private ones included (that is an error at start).
  REST operations that moto has no route for are found by botocore's model, so no URL is ever written.
* To add a service that moto lacks, subclass `BaseResponse` with botocore's name of it:

      class AccessAnalyzer(BaseResponse):
          def __init__(self) -> None:
              super().__init__(service_name="accessanalyzer")
              self.automated_parameter_parsing = True

* Read a parameter with `self._get_param("Name")` (with `automated_parameter_parsing` names and types are the model's),
  answer with `ActionResult({...})` in the model's member names, `EmptyResult()` for none; the rest is serialized.
* Refuse with `raise AwsError(code, message, status)` of `lab.aws_error`. `self.current_account`, `self.region` and
  `self.access_key` say where and who; `lab.callers.caller_of(self.access_key, self.current_account)` says it in full.
* Keep state in an own `BackendDict` (see `lab.state`): it is then per account and cleared by `/moto-api/reset`.
* Names that start with `_`, and classes that have a subclass in this folder, are not picked up. An operation nobody
  answers is a 501 `NotImplemented` in the service's protocol, recorded like any other call.
"""

from __future__ import annotations

import pkgutil
from collections import defaultdict
from importlib import import_module
from types import ModuleType

from moto.core.responses import BaseResponse


class Services:
    """What the folder holds: `mended` maps moto's response classes to ours, `added` maps botocore names to ours."""

    def __init__(self, classes: list[type[BaseResponse]]) -> None:
        """Sort the classes found; raise TypeError where two answer the same operation of one service."""
        by_original: dict[type[BaseResponse], list[type[BaseResponse]]] = defaultdict(list)
        self.added: dict[str, type[BaseResponse]] = {}
        for cls in classes:
            original = _moto_class(cls)
            if original is None:
                self.added[cls().boto3_service_name] = cls
            else:
                by_original[original].append(cls)
        self.mended = {original: _joined(original, parts) for original, parts in by_original.items()}

    def best(self, cls: type[BaseResponse]) -> type[BaseResponse]:
        """Return the class that answers in place of moto's `cls`: ours if there is one, else `cls` itself."""
        return self.mended.get(cls, cls)


def discover() -> Services:
    """Walk this folder and return every service it mends or adds."""
    found: list[type[BaseResponse]] = []
    for info in pkgutil.iter_modules(__path__, f"{__name__}."):
        found += _classes_of(import_module(info.name))
    return Services([cls for cls in found if not any(cls in other.__mro__[1:] for other in found)])


def _classes_of(module: ModuleType) -> list[type[BaseResponse]]:
    return [
        value
        for name, value in vars(module).items()
        if isinstance(value, type)
        and issubclass(value, BaseResponse)
        and value.__module__ == module.__name__
        and not name.startswith("_")
    ]


def _moto_class(cls: type[BaseResponse]) -> type[BaseResponse] | None:
    for parent in cls.__mro__:
        if parent.__module__.startswith("moto.") and issubclass(parent, BaseResponse) and parent is not BaseResponse:
            return parent
    return None


def _joined(original: type[BaseResponse], parts: list[type[BaseResponse]]) -> type[BaseResponse]:
    """Make one class of all parts that mend the same service."""
    owner: dict[str, type[BaseResponse]] = {}
    for part in parts:
        for name in (name for name in vars(part) if not name.startswith("__")):
            if name in owner:
                raise TypeError(f"{part.__module__} and {owner[name].__module__} both have {original.__name__}.{name}")
            owner[name] = part
    return parts[0] if len(parts) == 1 else type(original.__name__, tuple(parts), {})
