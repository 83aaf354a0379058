"""Every way to ask a console: each route that asks who comes, with its methods, its commands and what it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from fastapi import FastAPI
from fastapi.routing import RouteContext

from console.subjects import CASE_FORMS, OFFICE_FORMS
from console.web.app import acts_of, routes
from tests.kit.web.standings import Stage
from workflow.rights.command_rights import ACTS_OF

# What else than a case an address may name.
_EXAMPLES: Final = {
    "programme": "moscow", "account": "staff:root", "deed": "roles", "answer": "decline", "number": "1",
    "command_id": "6f1c1f9e-3c1a-4d7e-9f50-0a4f5a6b7c8d", "proposal_id": "D-7K3P9QXM2D7K3P9Q",
    "kind": "provider", "entry": "harbour", "shared": "HoldBed",
    "record": "999999999", "form": "AddNote",
}  # fmt: skip
_FORGED: Final = {
    "grant_id": "G-7K3P9QXM2D7K3P9Q",
    "referral_id": "R-7K3P9QXM2D7K3P9Q",
    "file_id": "F-7K3P9QXM2D7K3P9Q",
}
# Shown to nobody but whoever recorded it, or had it recorded in the same session: what the act allows is not enough.
_THEIRS_ALONE: Final = (
    "/opened/{command_id}", "/disclosed/{command_id}", "/content/{command_id}", "/correct/{command_id}",
    "/mend/{record}", "/mend/{record}/{form}", "/mend/{record}/{form}/open",
)  # fmt: skip
# These say by the same status that somebody has no such factor; tests of their own ask them.
_ABOUT_FACTORS: Final = ("/step-up/options", "/me/factors/remove")


class Knock(NamedTuple):
    """One way to ask a route: its address for a case at a stage, and any of which acts it takes."""

    route: str
    method: str
    path: str
    acts: tuple[str, ...]
    is_there: bool


class Way(NamedTuple):
    """A method and an address whose things are still to be named."""

    method: str
    path: str
    acts: tuple[str, ...]
    route: str


def ways_into(app: FastAPI) -> list[Way]:
    """Return every way to ask whoever asks for somebody; what ends the session is the last of them."""
    asked = [route for route in routes(app) if acts_of(route) and route.path not in _ABOUT_FACTORS]
    asked.sort(key=lambda route: "DELETE" in (route.methods or ()))
    return [way for route in asked for way in _ways(route)]


def _ways(route: RouteContext) -> Iterator[Way]:
    path, own = route.path or "", acts_of(route) or ()
    of_commands = "{command}" in path or path.endswith("/done/{command_id}")
    for method in sorted(route.methods or ()):
        if not of_commands:
            yield Way(method, path, own, path)
            continue
        kinds = CASE_FORMS if "{case_id}" in path else OFFICE_FORMS
        for name, kind in kinds.items():
            query = "" if "{command}" in path else f"?command={name}"
            yield Way(method, path.replace("{command}", name) + query, ACTS_OF[kind], path)


def knock_of(way: Way, stage: Stage) -> Knock:
    """Return how to ask there about a case at a stage."""
    things = {"case_id": str(stage.story.case_id), "grant_id": stage.grant_id, "referral_id": stage.referral_id}
    things["file_id"] = stage.file_id
    given = _EXAMPLES | {name: thing or _FORGED[name] for name, thing in things.items()}
    if way.path.startswith(("/cases/{number}", "/history/of/")):
        given["number"] = things["case_id"]
    path = f"{way.path}?case={things['case_id']}" if way.path == "/history/of" else way.path
    named = re.findall(r"\{(\w+)\}", path)
    assert set(named) <= given.keys(), f"say in _EXAMPLES what {way.path} may be asked for"
    is_there = all(things[name] for name in named if name in things) and not way.path.endswith(_THEIRS_ALONE)
    return Knock(way.route, way.method, path.format(**given), way.acts, is_there)
