"""Every fact there is, one module for each subject, and the catalogue made of them."""

import inspect
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from events.catalogue import Catalogue, Fact, TaskOutcome, TaskStatus, Upcaster

UPCASTERS: dict[tuple[str, int], Upcaster] = {}


def modules() -> list[ModuleType]:
    """Return the modules of this package, by name: a new one is found without being listed."""
    return [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]


def catalogue() -> Catalogue:
    """Return the catalogue of all facts of this version of Wayhome."""
    return Catalogue([fact for module in modules() for fact in facts_of(module)], UPCASTERS)


def facts_of(module: ModuleType) -> list[type[Fact]]:
    """Return the facts a module defines, in the order it defines them; what some of them have in common is none."""
    members = [member for name, member in vars(module).items() if not name.startswith("_")]
    return [m for m in members if inspect.isclass(m) and issubclass(m, Fact) and m.__module__ == module.__name__]


def outcomes(*leaves: TaskStatus) -> tuple[type[TaskOutcome], ...]:
    """Return the facts that leave their task in one of these states."""
    found = [fact for module in modules() for fact in facts_of(module) if issubclass(fact, TaskOutcome)]
    return tuple(fact for fact in found if fact.leaves in leaves)
