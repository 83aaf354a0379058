"""One module for each page; every route names the act of ``workflow.rights`` it needs."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from console.web.pages import (
    beds,
    case,
    cases,
    commands,
    emergency,
    first,
    grants,
    history,
    hotline,
    leaving,
    ledger,
    me,
    new_case,
    office_commands,
    opening,
    people,
    programmes,
    referrals,
    settings,
    sign_in,
    statement,
    statistics,
    step_up,
    travel,
    work,
)
from console.web.pages.access import router

PAGES: Final[tuple[APIRouter, ...]] = (
    router,
    beds.router,
    cases.router,  # before those whose path begins with any case's number
    new_case.router,
    case.router,
    commands.router,
    emergency.router,
    first.router,
    grants.router,
    history.router,
    hotline.router,
    leaving.router,
    ledger.router,
    me.router,
    office_commands.router,
    opening.router,
    people.router,
    programmes.router,
    referrals.router,
    settings.router,
    sign_in.router,
    statement.router,
    statistics.router,
    step_up.router,
    travel.router,
    work.router,
)
