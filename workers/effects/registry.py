"""Every kind of task there is and how it is done: what the modules of this package say, found by their names."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from workers import effects
from workers.running.jobs import Effect


def _found() -> list[Effect]:
    names = [module.name for module in iter_modules(effects.__path__) if module.name != "registry"]
    return [effect for name in names for effect in import_module(f"{effects.__name__}.{name}").EFFECTS]


EFFECTS: Final[dict[str, Effect]] = {effect.kind: effect for effect in _found()}
LANES: Final = tuple(sorted({effect.lane for effect in EFFECTS.values()}))
