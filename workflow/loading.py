"""Reads a programme file and finds everything wrong with it at once, each fault with its line.

The hash of the file's bytes is the definition's name: cases pin it, events carry it, auditors recompute it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from importlib import resources
from typing import Any, NamedTuple

import yaml
from pydantic import ValidationError

from workflow.errors import Fault, ProgrammeFaulty
from workflow.guards import guard_named
from workflow.journey import Journey
from workflow.programme import Programme

MAX_CHARACTERS = 500_000
Path = tuple[str | int, ...]


class Definition(NamedTuple):
    """A programme file that has no faults: its text, its hash, and what it compiles to."""

    text: str
    hash: str
    programme: Programme
    journey: Journey


def shipped() -> list[str]:
    """Return the names of the programmes that come with Wayhome."""
    files = resources.files("workflow").joinpath("programmes").iterdir()
    return sorted(file.name.removesuffix(".yaml") for file in files if file.name.endswith(".yaml"))


def shipped_text(name: str) -> str:
    """Return a shipped programme file's text."""
    return resources.files("workflow").joinpath("programmes", f"{name}.yaml").read_text(encoding="utf-8")


def load(text: str) -> Definition:
    """Return the definition a programme file describes; raises ProgrammeFaulty with every fault found."""
    tree, lines = _parsed(text)
    try:
        programme = Programme.model_validate(tree)
    except ValidationError as problem:
        faults = [Fault(_line(lines, error["loc"]), _said(error)) for error in problem.errors()]
        raise ProgrammeFaulty(tuple(sorted(faults))) from problem
    found = sorted(_faults(programme, lines))
    if found:
        raise ProgrammeFaulty(tuple(found))
    return Definition(text, hashlib.sha256(text.encode()).hexdigest()[:16], programme, Journey(programme))


def _parsed(text: str) -> tuple[Any, dict[Path, int]]:
    if len(text) > MAX_CHARACTERS:
        raise ProgrammeFaulty((Fault(1, f"the file is longer than {MAX_CHARACTERS} characters"),))
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        tree = yaml.safe_load(text)
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        said = str(getattr(problem, "problem", problem))
        raise ProgrammeFaulty((Fault(mark.line + 1 if mark else 1, f"not readable as YAML: {said}"),)) from problem
    lines: dict[Path, int] = {}
    repeated = list(_walk(node, (), lines)) if node is not None else []
    if repeated:
        raise ProgrammeFaulty(tuple(repeated))
    return tree, lines


def _walk(node: yaml.Node, path: Path, lines: dict[Path, int]) -> Iterator[Fault]:
    """Remember the line of every value, and find keys given twice (YAML keeps only the last, silently)."""
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield Fault(key.start_mark.line + 1, f"{key.value} is given twice")
            seen.add(key.value)
            yield from _walk(value, (*path, key.value), lines)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _walk(value, (*path, number), lines)


def _line(lines: dict[Path, int], path: Path) -> int:
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _said(error: Any) -> str:
    where = ".".join(str(step) for step in error["loc"])
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        return f"{where}: there is no such key"
    if error["type"] == "missing":
        return f"{where}: this key is missing"
    return f"{where}: {message[0].lower()}{message[1:]}"


def _faults(programme: Programme, lines: dict[Path, int]) -> Iterator[Fault]:
    for path, said in _all_faults(programme):
        yield Fault(_line(lines, path), said)


def _all_faults(programme: Programme) -> Iterator[tuple[Path, str]]:
    yield from _unknown_names(programme)
    yield from _repeated_names(programme)
    yield from _money_faults(programme)
    yield from _journey_faults(programme)


def _unknown_names(programme: Programme) -> Iterator[tuple[Path, str]]:
    states, services = set(programme.journey.states), frozenset(programme.service_of)
    if programme.journey.initial not in states:
        yield ("journey", "initial"), f"unknown stage {programme.journey.initial}"
    for number, way in enumerate(programme.journey.transitions):
        at: Path = ("journey", "transitions", number)
        for source in way.source:
            if source not in states:
                yield (*at, "source"), f"unknown stage {source}"
        if way.dest not in states:
            yield (*at, "dest"), f"unknown stage {way.dest}"
        for name in way.conditions:
            if guard_named(name, services) is None:
                yield (*at, "conditions"), f"unknown guard {name}"
    for state, stage in programme.journey.stages.items():
        if state not in states:
            yield ("journey", "stages", state), f"unknown stage {state}"
        for name in stage.services:
            if name not in services:
                yield ("journey", "stages", state, "services"), f"unknown task {name}: no service of that name"
    for state in programme.journey.states:
        if state not in programme.journey.stages:
            yield ("journey", "states"), f"stage {state} is missing under stages"
    for number, service in enumerate(programme.services):
        if service.consent not in programme.purposes:
            yield ("services", number, "consent"), f"unknown purpose {service.consent}"
    for number, grant in enumerate(programme.grants):
        for stage_name in grant.during:
            if stage_name not in states:
                yield ("grants", number, "during"), f"unknown stage {stage_name}"


def _repeated_names(programme: Programme) -> Iterator[tuple[Path, str]]:
    lists: dict[str, list[str]] = {
        "funders": [funder.id for funder in programme.funders],
        "escorts": [escort.id for escort in programme.escorts],
        "services": [service.id for service in programme.services],
        "grants": [grant.kind for grant in programme.grants],
    }
    for key, names in lists.items():
        for number, name in enumerate(names):
            if name in names[:number]:
                yield (key, number), f"{name} is listed twice"
    ways = [(source, way.trigger) for way in programme.journey.transitions for source in way.source]
    for number, way in enumerate(programme.journey.transitions):
        for source in way.source:
            if ways.count((source, way.trigger)) > 1:
                yield ("journey", "transitions", number), f"{way.trigger} leads on from {source} more than once"


def _money_faults(programme: Programme) -> Iterator[tuple[Path, str]]:
    currencies = {funder.budget.currency for funder in programme.funders}
    if len(currencies) > 1:
        yield ("funders",), f"funders budget in different currencies: {', '.join(sorted(currencies))}"
    for number, grant in enumerate(programme.grants):
        if grant.cap.currency not in currencies:
            yield ("grants", number, "cap"), f"no funder budgets in {grant.cap.currency}: unknown funder for this grant"
        if sum(grant.tranches) != 100 or min(grant.tranches) < 1:
            yield ("grants", number, "tranches"), "tranches are parts of a hundred and add up to 100"
    if programme.runs.until is not None and programme.runs.until < programme.runs.since:
        yield ("runs", "until"), "the programme ends before it begins"


def _journey_faults(programme: Programme) -> Iterator[tuple[Path, str]]:
    journey = programme.journey
    onward: dict[str, set[str]] = defaultdict(set)
    back: dict[str, set[str]] = defaultdict(set)
    for way in journey.transitions:
        for source in way.source:
            onward[source].add(way.dest)
            back[way.dest].add(source)
    reached = _closure({journey.initial}, onward)
    ends = {state for state, stage in journey.stages.items() if stage.ends}
    saved = _closure(ends, back)
    for number, state in enumerate(journey.states):
        at: Path = ("journey", "states", number)
        if state not in reached:
            yield at, f"no way leads to stage {state}"
        if state not in saved:
            yield at, f"stage {state} is a dead end: no way leads from it to an end"
    yield from _guards_nobody_can_satisfy(programme, back)


def _guards_nobody_can_satisfy(programme: Programme, back: dict[str, set[str]]) -> Iterator[tuple[Path, str]]:
    """Find guards that wait for a service which no stage before them asks for."""
    asked_in = defaultdict(set)
    for state, stage in programme.journey.stages.items():
        for service in stage.services:
            asked_in[service].add(state)
    for offered in programme.services:
        if offered.for_trip:
            asked_in[offered.id] = set(programme.journey.states)  # asked for by planning a trip, at any stage
    for number, way in enumerate(programme.journey.transitions):
        before = _closure(set(way.source), back)
        for name in way.conditions:
            service = name.removesuffix("_is_provided")
            if service != name and service in programme.service_of and not asked_in[service] & before:
                at: Path = ("journey", "transitions", number, "conditions")
                yield at, f"nobody can satisfy {name}: no stage before it asks for {service}"


def _closure(start: set[str], onward: dict[str, set[str]]) -> set[str]:
    found, frontier = set(start), list(start)
    while frontier:
        for state in onward[frontier.pop()] - found:
            found.add(state)
            frontier.append(state)
    return found
