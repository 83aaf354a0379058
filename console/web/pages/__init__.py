"""One module for each page; every route names the act of ``workflow.rights`` it needs."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from fastapi import APIRouter

PAGES: Final[tuple[APIRouter, ...]] = tuple(
    import_module(f"{__name__}.{module.name}").router for module in iter_modules(__path__)
)
