"""The console for programs: the same views and the same rights as the pages, as JSON."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from console.api.cases import router as cases
from console.api.commands import router as commands
from console.api.description import router as description
from console.api.history import router as history
from console.api.office import router as office
from console.api.opening import router as opening
from console.api.session import router as session

ROUTERS: Final[tuple[APIRouter, ...]] = (session, cases, opening, commands, office, history, description)
