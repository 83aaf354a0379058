"""Reads a programme file and finds everything wrong with it at once, each fault with its line.

The hash of the file's bytes is the definition's name: cases pin it, events carry it, auditors recompute it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

import yaml
from pydantic import ValidationError

from workflow.guards import guard_named
from workflow.programme import publishing
from workflow.programme.errors import ProgrammeFault, ProgrammeFaulty
from workflow.programme.journey import Journey
from workflow.programme.programme import Programme
from workflow.registry import SUBJECTS

# The loader in C reads a programme file ten times faster, and every command of the line reads one. But it says less
# about faults, and a file nested too deeply would end the process: it reads only what is well-formed and shallow.
_C_LOADER: Any = getattr(yaml, "CSafeLoader", None)
_DEPTH = 50
CHARACTERS_MAX = 500_000
VALUES_MAX = 50_000  # counted with what aliases repeat, so that a small file cannot become a huge one
YamlPath = tuple[str | int, ...]


class Definition(NamedTuple):
    """A programme file that has no faults: its text, its hash, and what it compiles to."""

    text: str
    hash: str
    programme: Programme
    journey: Journey


def shipped_programmes() -> list[str]:
    """Return the names of the programmes that come with Wayhome."""
    files = resources.files("workflow").joinpath("programmes").iterdir()
    return sorted(file.name.removesuffix(".yaml") for file in files if file.name.endswith(".yaml"))


def shipped_programme_text(name: str) -> str:
    """Return a shipped programme file's text."""
    return resources.files("workflow").joinpath("programmes", f"{name}.yaml").read_text(encoding="utf-8")


@lru_cache(maxsize=32)
def load_definition(text: str) -> Definition:
    """Return the definition a programme file describes; raises ProgrammeFaulty with every fault found.

    The same text is compiled once.
    """
    programme, lines = _read(text)
    if found := _located(lines, _faults(programme)):
        raise ProgrammeFaulty(found)
    return Definition(text, hashlib.sha256(text.encode()).hexdigest()[:16], programme, Journey(programme, guard_named))


def check_definition(text: str) -> tuple[Definition, tuple[ProgrammeFault, ...]]:
    """Return a definition that may be put into force, and what is doubtful in it; raises ProgrammeFaulty.

    Stricter than loading: what is in the log stays as it is, but no file that takes a person's rights follows it.
    """
    programme, lines = _read(text)
    found = _located(lines, _faults(programme))
    if found := found or _located(lines, publishing.faults(programme)):
        raise ProgrammeFaulty(found)
    return load_definition(text), _located(lines, publishing.doubts(programme))


def _read(text: str) -> tuple[Programme, dict[YamlPath, int]]:
    tree, lines = _parsed(text)
    try:
        return Programme.model_validate(tree), lines
    except ValidationError as problem:
        faults = [ProgrammeFault(_line(lines, error["loc"]), _said(error)) for error in problem.errors()]
        raise ProgrammeFaulty(tuple(sorted(faults))) from problem


def _located(lines: dict[YamlPath, int], found: Iterable[tuple[YamlPath, str]]) -> tuple[ProgrammeFault, ...]:
    return tuple(sorted(ProgrammeFault(_line(lines, path), said) for path, said in found))


def _parsed(text: str) -> tuple[Any, dict[YamlPath, int]]:
    if len(text) > CHARACTERS_MAX:
        raise ProgrammeFaulty((ProgrammeFault(1, f"the file is longer than {CHARACTERS_MAX} characters"),))
    lines: dict[YamlPath, int] = {}
    try:
        loader = _C_LOADER if _C_LOADER is not None and _is_well_formed(text) else yaml.SafeLoader
        node = yaml.compose(text, Loader=loader)
        found = list(_walk(node, (), lines)) if node is not None else []
        tree = None if found else yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader either way
    except yaml.YAMLError as problem:
        raise ProgrammeFaulty((_unreadable_yaml(text, problem),)) from problem
    except RecursionError as problem:
        raise ProgrammeFaulty((ProgrammeFault(1, "the file is nested too deeply"),)) from problem
    if found:
        raise ProgrammeFaulty(tuple(found))
    return tree, lines


def _is_well_formed(text: str) -> bool:
    """Tell whether a file can be read and is not nested deeply, one event at a time."""
    depth = 0
    try:
        for event in yaml.parse(text, Loader=_C_LOADER):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEPTH:
                return False
    except yaml.YAMLError:
        return False
    return True


def _walk(node: yaml.Node, path: YamlPath, lines: dict[YamlPath, int]) -> Iterator[ProgrammeFault]:
    """Remember the line of every value; find keys given twice (YAML keeps only the last) and unreadable values."""
    lines[path] = node.start_mark.line + 1
    if len(lines) > VALUES_MAX:
        raise ProgrammeFaulty((ProgrammeFault(1, f"the file holds more than {VALUES_MAX} values"),))
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                yield ProgrammeFault(key.start_mark.line + 1, f"{name} is given twice")
            seen.add(name)
            yield from _walk(value, (*path, name), lines)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _walk(value, (*path, number), lines)
    else:
        yield from _unreadable(node)


def _unreadable_yaml(text: str, problem: yaml.YAMLError) -> ProgrammeFault:
    if isinstance(problem, yaml.reader.ReaderError):
        return ProgrammeFault(text.count("\n", 0, problem.position) + 1, f"not readable as YAML: {problem.reason}")
    mark = getattr(problem, "problem_mark", None)
    return ProgrammeFault(mark.line + 1 if mark else 1, f"not readable as YAML: {getattr(problem, 'problem', problem)}")


def _unreadable(node: yaml.Node) -> Iterator[ProgrammeFault]:
    """Find what looks like a date or a number and is none: 30 February."""
    try:
        yaml.constructor.SafeConstructor().construct_object(node)
    except ValueError as problem:
        yield ProgrammeFault(node.start_mark.line + 1, f"{str(node.value)[:40]} cannot be read: {problem}")


def _line(lines: dict[YamlPath, int], path: YamlPath) -> int:
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _said(error: Any) -> str:
    where = ".".join(str(step) for step in error["loc"]) or "the file"
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        return f"{where}: there is no such key"
    if error["type"] == "missing":
        return f"{where}: this key is missing"
    is_sentence = message[1:2].islower()  # and not "EUR has 2 decimal places"
    return f"{where}: {message[0].lower() if is_sentence else message[0]}{message[1:]}"


def _faults(programme: Programme) -> Iterator[tuple[YamlPath, str]]:
    yield from _unknown_names(programme)
    yield from _repeated_names(programme)
    yield from _money_faults(programme)
    yield from _journey_faults(programme)
    for subject in SUBJECTS:
        if subject.faults is not None:
            yield from subject.faults(programme)


def _unknown_names(programme: Programme) -> Iterator[tuple[YamlPath, str]]:
    states = set(programme.journey.states)
    yield from _unknown_in_transitions(programme, states)
    yield from _unknown_in_stages(programme, states)
    for number, service in enumerate(programme.services):
        if service.consent not in programme.purposes:
            yield ("services", number, "consent"), f"unknown purpose {service.consent}"
    for number, grant in enumerate(programme.grants):
        yield from _unknown_stages(("grants", number, "during"), grant.during, states)


def _unknown_in_transitions(programme: Programme, states: set[str]) -> Iterator[tuple[YamlPath, str]]:
    services = frozenset(programme.service_of)
    yield from _unknown_stages(("journey", "initial"), (programme.journey.initial,), states)
    for number, way in enumerate(programme.journey.transitions):
        at: YamlPath = ("journey", "transitions", number)
        yield from _unknown_stages((*at, "source"), way.source, states)
        yield from _unknown_stages((*at, "dest"), (way.dest,), states)
        for name in way.conditions:
            if guard_named(name, services) is None:
                yield (*at, "conditions"), f"unknown guard {name}"


def _unknown_stages(at: YamlPath, names: Iterable[str], states: set[str]) -> Iterator[tuple[YamlPath, str]]:
    return ((at, f"unknown stage {name}") for name in names if name not in states)


def _unknown_in_stages(programme: Programme, states: set[str]) -> Iterator[tuple[YamlPath, str]]:
    for state, stage in programme.journey.stages.items():
        at: YamlPath = ("journey", "stages", state)
        yield from _unknown_stages(at, (state,), states)
        for name in stage.services:
            if name not in programme.service_of:
                yield (*at, "services"), f"unknown task {name}: no service of that name"
    for state in programme.journey.states:
        if state not in programme.journey.stages:
            yield ("journey", "states"), f"stage {state} is missing under stages"


_LISTED = (
    "funders", "facilities", "meeters", "escorts", "hosts", "providers", "services", "documents", "courses",
    "consultation_topics", "at_risk_groups",
)  # fmt: skip


def _repeated_names(programme: Programme) -> Iterator[tuple[YamlPath, str]]:
    lists: dict[YamlPath, list[str]] = {(key,): [part.id for part in getattr(programme, key)] for key in _LISTED}
    lists |= {("grants",): [grant.kind for grant in programme.grants]}
    lists |= {("journey", "states"): list(programme.journey.states)}
    for at, names in lists.items():
        for number, name in enumerate(names):
            if name in names[:number]:
                yield (*at, number), f"{name} is listed twice"
    ways = [(source, way.trigger) for way in programme.journey.transitions for source in way.source]
    for number, way in enumerate(programme.journey.transitions):
        for source in way.source:
            if ways.count((source, way.trigger)) > 1:
                yield ("journey", "transitions", number), f"{way.trigger} leads on from {source} more than once"


def _money_faults(programme: Programme) -> Iterator[tuple[YamlPath, str]]:
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


def _journey_faults(programme: Programme) -> Iterator[tuple[YamlPath, str]]:
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
        at: YamlPath = ("journey", "states", number)
        if state not in reached:
            yield at, f"no way leads to stage {state}"
        if state not in saved:
            yield at, f"stage {state} is a dead end: no way leads from it to an end"
    yield from _guards_nobody_can_satisfy(programme)


def _guards_nobody_can_satisfy(programme: Programme) -> Iterator[tuple[YamlPath, str]]:
    """Find guards that wait for a service which no stage before them asks for, or for a consent nobody may give."""
    reached, asked = _walked(programme)
    for number, way in enumerate(programme.journey.transitions):
        at: YamlPath = ("journey", "transitions", number, "conditions")
        for name in way.conditions:
            awaited, purpose = awaited_service(name, programme), name.removeprefix("consent_to_")
            if awaited and awaited not in asked and reached & set(way.source):
                yield at, f"nobody can satisfy {name}: no stage before it asks for {awaited}"
            if purpose != name and purpose not in programme.purposes:
                yield at, f"nobody can satisfy {name}: there is no purpose {purpose}"
            if name == "host_is_ready" and not programme.hosts:
                yield at, f"nobody can satisfy {name}: there are no hosts"


def _walked(programme: Programme) -> tuple[set[str], set[str]]:
    """Return the stages that can be reached and the services asked for there, one being possible only by the other."""
    journey = programme.journey
    reached: set[str] = set()
    asked: set[str] = set()
    more = {journey.initial}
    while more - reached:
        reached |= more
        asked |= {service for state in reached & journey.stages.keys() for service in journey.stages[state].services}
        ways = [way for way in journey.transitions if reached & set(way.source)]
        awaited = [{awaited_service(name, programme) for name in way.conditions} - {None} for way in ways]
        more = {way.dest for way, services in zip(ways, awaited, strict=True) if services <= asked}
    return reached, asked


def awaited_service(guard: str, programme: Programme) -> str | None:
    """Return the service a guard waits for, or None when it waits for none that a stage asks for by itself."""
    service = guard.removesuffix("_is_provided")
    found = service if service != guard and service in programme.service_of else None
    asked = {name for stage in programme.journey.stages.values() for name in stage.services}
    return found if found in asked else None


def _closure(start: set[str], onward: dict[str, set[str]]) -> set[str]:
    found, frontier = set(start), list(start)
    while frontier:
        for state in onward[frontier.pop()] - found:
            found.add(state)
            frontier.append(state)
    return found
