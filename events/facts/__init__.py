"""Every fact there is, and the catalogue made of them."""

from __future__ import annotations

import inspect
from types import ModuleType

from events.catalogue import Catalogue, Fact, Upcaster
from events.facts import (
    access,
    accounts,
    care,
    case,
    closing,
    funding,
    grants,
    hotline,
    papers,
    places,
    reception,
    referrals,
    reintegration,
    routes,
    safety,
    shared,
    travel,
    work,
)

_SUBJECTS = (
    reception,
    travel,
    case,
    care,
    safety,
    work,
    shared,
    grants,
    funding,
    referrals,
    reintegration,
    closing,
    hotline,
    places,
    papers,
    routes,
    access,
    accounts,
)
UPCASTERS: dict[tuple[str, int], Upcaster] = {}


def catalogue() -> Catalogue:
    """Return the catalogue of all facts of this version of Wayhome."""
    return Catalogue([fact for module in _SUBJECTS for fact in _facts_of(module)], UPCASTERS)


def _facts_of(module: ModuleType) -> list[type[Fact]]:
    """Return the facts a module defines, in the order it defines them."""
    members = vars(module).values()
    return [m for m in members if inspect.isclass(m) and issubclass(m, Fact) and m.__module__ == module.__name__]
