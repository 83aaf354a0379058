"""What a command makes of the directory: the entry as it is from now on, and a house's beds with it."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple, cast

import orjson
from pydantic import BaseModel, ValidationError

from events.facts import directory as facts
from events.facts.accommodation import FacilityFitted
from workflow.programme.office import OfficeContact
from workflow.programme.part import DirectoryPart
from workflow.programme.programme import Programme
from workflow.reasons import Reason, Refused, reasons_if, refused
from workflow.situation import Decision, Situation, StreamFact, said_by, unless
from workflow.subject import CommandRule, TwoPeople
from workflow.subjects.accommodation.definition import Facility, facility_stream
from workflow.subjects.accommodation.rooms import line_asked_anew
from workflow.subjects.accommodation.shelter import shelter_of
from workflow.subjects.directory import commands, refusals
from workflow.subjects.directory.entries import (
    KINDS,
    OFFICE,
    OFFICE_KEYS,
    WrittenEntry,
    id_of,
    keys_of,
    part_of,
    parts_of,
    person_of_entry,
    written,
)
from workflow.subjects.directory.proposing import context_of
from workflow.subjects.directory.published import changed_keys, office_keys
from workflow.subjects.directory.state import Directory, DirectoryEntry
from workflow.subjects.directory.two_take import apart, taken_by_two, told_here
from workflow.subjects.referrals.definition import Provider
from workflow.subjects.reintegration.definition import Course

Given = commands.ListEntry | commands.ChangeEntry


class Asked(NamedTuple):
    """An entry as it would be, and as it stands beneath a stop; a new one stands nowhere yet."""

    made: BaseModel
    before: BaseModel | None = None


def asked(command: Given, situation: Situation) -> Asked | Refused:
    """Return what a command makes of an entry, or why nothing can be made."""
    if command.kind == OFFICE[0]:
        return _asked_of_office(command, situation)
    known = part_of(situation.programme, (command.kind, command.entry))
    if isinstance(command, commands.ListEntry):
        made = refused(refusals.ENTRY_IS_NEW(entry=command.entry)) if known else _made(command, {"id": command.entry})
        return made if isinstance(made, Refused) else Asked(made)
    if known is None:
        return refused(_unknown(command.kind, command.entry, situation.programme))
    before = beneath_a_stop(known, _entry(command, situation))
    made = _made(command, keys_of(before))
    return made if isinstance(made, Refused) else Asked(made, before)


def widens(command: Given, situation: Situation) -> bool:
    """Tell whether two people make a change: it shows somebody more of cases, or turns letters elsewhere."""
    found = asked(command, situation)
    return isinstance(found, Asked) and bool(taken_by_two(found.made, found.before))


def list_entry(command: commands.ListEntry, situation: Situation) -> Decision:
    """Return that an entry is in the directory."""
    found = asked(command, situation)
    if isinstance(found, Refused):
        return found
    made = cast("DirectoryPart", found.made)
    listed = facts.EntryListed(**_said(command, written(command.kind, made), situation))
    return unless(_against(made, situation), [StreamFact(command.stream, listed), *_fitted(made)])


def change_entry(command: commands.ChangeEntry, situation: Situation) -> Decision:
    """Return how an entry is from now on, or that nothing would be another."""
    found = asked(command, situation)
    if isinstance(found, Refused):
        return found
    if command.kind == OFFICE[0]:
        return _change_office(command, cast("OfficeContact", found.made), situation)
    made, before = cast("DirectoryPart", found.made), cast("DirectoryPart", found.before)
    changed = changed_keys(made, before)
    reasons = [*_against(made, situation), *_against_change(command, made, before, changed, situation)]
    new = _only_new(written(command.kind, made), changed, _entry(command, situation))
    told = facts.EntryChanged(**_said(command, new, situation), changed=changed)
    fitted = _fitted(made) if isinstance(before, Facility) and before.room_rules != _rooms(made) else []
    return unless(reasons, [StreamFact(command.stream, told), *fitted, *_offered(made, before, situation)])


def end_entry(command: commands.EndEntry, situation: Situation) -> Decision:
    """Return that an entry is chosen for nothing new."""
    known = part_of(situation.programme, (command.kind, command.entry))
    if known is None:
        return refused(_unknown(command.kind, command.entry, situation.programme))
    if not known.is_offered:
        return refused(refusals.ENTRY_IS_IN_USE(entry=command.entry))
    return [StreamFact(command.stream, said_by(command, facts.EntryEnded))]


def stop_entry(command: commands.StopEntry, situation: Situation) -> Decision:
    """Return that an entry is stopped; nothing is asked that could delay it.

    Nobody stops their own people: none of them could resume it.
    """
    known = part_of(situation.programme, (command.kind, command.entry))
    if known is None:
        return refused(_unknown(command.kind, command.entry, situation.programme))
    own = isinstance(known, Provider) and known.staff == command.actor.partition(":")[0]
    reasons = reasons_if(
        (_entry(command, situation).stopped, refusals.ENTRY_IS_STOPPED(entry=command.entry)),
        (own, refusals.OTHERS_ARE_STOPPED(entry=command.entry)),
    )
    return unless(reasons, [StreamFact(command.stream, said_by(command, facts.EntryStopped))])


def resume_entry(command: commands.ProposeResumption, situation: Situation) -> Decision:
    """Return that an entry that was stopped may be used again."""
    resumed = said_by(command, facts.EntryResumed, **situation.two)
    stopped = _entry(command, situation).stopped
    reasons = reasons_if((not stopped, refusals.ENTRY_IS_NOT_STOPPED(entry=command.entry)))
    line = line_asked_anew(command.entry, shelter_of(command.entry, situation)) if command.kind == "facility" else []
    return unless(reasons, [StreamFact(command.stream, resumed), *line])


# -- what an entry is made of ---------------------------------------------------------------------------------------


def _made(command: Given, keys: dict[str, Any]) -> DirectoryPart | Refused:
    """Return the entry with what was given, or which keys are missing or cannot be read."""
    kind = KINDS[command.kind]
    given = {**keys, **_typed(command), **commands.keys_in(command.more), "id": command.entry}
    try:
        return kind.part.model_validate({name: value for name, value in given.items() if value is not None})
    except ValidationError as problem:
        at_fault = dict.fromkeys(str(error["loc"][0]) if error["loc"] else "more" for error in problem.errors())
        return refused(refusals.ENTRY_CAN_BE_READ(keys=at_fault))


def _typed(command: Given) -> dict[str, Any]:
    """Return what was filled in, by the keys of a programme file."""
    kind, found = KINDS[command.kind], dict[str, Any]()
    if command.name:
        is_label = "label" in kind.part.model_fields
        found |= {"label": {"en": command.name, "ru": command.name}} if is_label else {"name": command.name}
    found |= {name: value for name in ("email", "phone", "address") if (value := getattr(command, name))}
    if command.places is not None:
        found[kind.places or "places"] = command.places
    status = getattr(command, "status", "")
    return found | ({"status": status} if status else {})


def beneath_a_stop(part: DirectoryPart, entry: DirectoryEntry) -> DirectoryPart:
    """Return an entry with the status it has when it is resumed; a stop hides it and changes nothing of it."""
    if not entry.stopped:
        return part
    recorded = orjson.loads(entry.record).get("status", "active") if entry.record else "active"
    return part.model_copy(update={"status": "inactive" if entry.ended else recorded})


def _said(command: Given, made: WrittenEntry, situation: Situation) -> dict[str, Any]:
    key = (command.kind, command.entry)
    return {
        "kind": command.kind, "entry": command.entry, "record": made.record, "holds": made.holds,
        "person_id": person_of_entry(command.programme, key), **told_here(made.sealed), **situation.two,
    }  # fmt: skip


def _only_new(made: WrittenEntry, changed: tuple[str, ...], entry: DirectoryEntry) -> WrittenEntry:
    """Return an entry with what is sealed of it only where it changed: of the rest nobody here knows more.

    The first time all of it is told: then it is still what the programme file says.
    """
    new = {name: value for name, value in made.sealed.items() if name in changed or not entry.record}
    return made._replace(sealed=new)


def _asked_of_office(command: Given, situation: Situation) -> Asked | Refused:
    if command.entry != OFFICE[1]:
        return refused(_unknown(command.kind, command.entry, situation.programme))
    office = situation.programme.office
    given = {**office_keys(office), **commands.keys_in(command.more)}
    given |= {name: value for name in ("name", "email") if (value := getattr(command, name))}
    try:
        return Asked(OfficeContact.model_validate({**office.model_dump(), **given}), office)
    except ValidationError as problem:
        return refused(refusals.ENTRY_CAN_BE_READ(keys=[str(error["loc"][0]) for error in problem.errors()]))


def _change_office(command: commands.ChangeEntry, made: OfficeContact, situation: Situation) -> Decision:
    now, before = office_keys(made), office_keys(situation.programme.office)
    changed = tuple(name for name in OFFICE_KEYS if now.get(name) != before.get(name))
    strange = sorted(commands.keys_in(command.more).keys() - set(OFFICE_KEYS))
    reasons = reasons_if(
        (strange, refusals.ENTRY_CAN_BE_READ(keys=strange)),
        (not changed, refusals.SOMETHING_CHANGES(entry=command.entry)),
    )
    said = _said(command, WrittenEntry(orjson.dumps(now).decode(), (), {}), situation)
    return unless(reasons, [StreamFact(command.stream, facts.EntryChanged(**said, changed=changed))])


# -- why not --------------------------------------------------------------------------------------------------------


def _against(made: DirectoryPart, situation: Situation) -> Iterator[Reason]:
    """Yield why an entry cannot stand beside the others of its programme: it names what nobody knows."""
    programme, names = situation.programme, tuple[str, ...]()
    match made:
        case Course():
            names = (*({made.service} - programme.service_of.keys()), *({made.provider} - programme.provider_of.keys()))
        case Facility():
            names = tuple(name for name in made.alternatives if name not in programme.facility_of)
    if names:
        yield refusals.ENTRY_NAMES_WHAT_IS_KNOWN(names=names)


def _against_change(
    command: commands.ChangeEntry, made: DirectoryPart, before: DirectoryPart, changed: tuple[str, ...],
    situation: Situation,
) -> Iterator[Reason]:  # fmt: skip
    if not changed:
        yield refusals.SOMETHING_CHANGES(entry=command.entry)
    if (command.status or "status" in commands.keys_in(command.more)) and _entry(command, situation).stopped:
        yield refusals.ENTRY_IS_STOPPED(entry=command.entry)
    # Whose people see a case is told by that word; the lists of who sees what rest on it.
    if isinstance(made, Provider) and isinstance(before, Provider) and made.staff != before.staff:
        yield refusals.STAFF_STAYS(entry=command.entry)
    if isinstance(made, Facility):
        yield from _against_fewer_beds(made, situation)


def _against_fewer_beds(made: Facility, situation: Situation) -> Iterator[Reason]:
    """Yield that people live, or are expected, in beds that a house would not have any more."""
    house = shelter_of(made.id, situation)
    in_use = sorted(number for number, bed in house.beds.items() if not bed.is_over(situation.now))
    if len(in_use) > made.capacity or any(number > made.capacity for number in in_use):
        yield refusals.HOUSE_HOLDS_ITS_PEOPLE(people=len(in_use), places=made.capacity, beds=in_use)


def _unknown(kind: str, entry: str, programme: Programme) -> Reason:
    known = (OFFICE[1],) if kind == OFFICE[0] else (id_of(part) for part in parts_of(programme, kind))
    return refusals.ENTRY_IS_KNOWN(entry=entry, known=known)


def _entry(command: Any, situation: Situation) -> DirectoryEntry:
    directory = situation.state_of(command.stream, Directory)
    return directory.entries.get((command.kind, command.entry), DirectoryEntry())


# -- a house's beds -------------------------------------------------------------------------------------------------


def _rooms(made: DirectoryPart) -> tuple[tuple[str, int, str, str], ...]:
    return made.room_rules if isinstance(made, Facility) else ()


def _fitted(made: DirectoryPart) -> list[StreamFact]:
    """Return the rooms of a house in its own stream, where beds are given from."""
    if not isinstance(made, Facility):
        return []
    return [StreamFact(facility_stream(made.id), FacilityFitted(facility=made.id, rooms=made.room_rules))]


def _offered(made: DirectoryPart, before: DirectoryPart, situation: Situation) -> list[StreamFact]:
    """Return that whoever waits for a house is asked anew, once it has other rooms or is offered again."""
    if not (isinstance(made, Facility) and isinstance(before, Facility) and made.is_offered):
        return []
    is_news = made.room_rules != before.room_rules or not before.is_offered
    return line_asked_anew(made.id, shelter_of(made.id, situation)) if is_news else []


def needs(_programme: Programme, command: Any) -> tuple[str, ...]:
    """Return the streams a change of the directory looks at: its own, and where the beds of a house are given from."""
    own = (command.stream,)
    return (*own, facility_stream(command.entry)) if command.kind == "facility" else own


_BY_TWO: Final = TwoPeople(
    when=widens, thing=("kind", "entry"), confirmed_by=("directory.confirm",), apart=apart, context=context_of
)
RULES: Final = (
    CommandRule(commands.ListEntry, list_entry, office_needs=needs, two_people=_BY_TWO),
    CommandRule(commands.ChangeEntry, change_entry, office_needs=needs, two_people=_BY_TWO),
    CommandRule(commands.EndEntry, end_entry, office_needs=needs),
    CommandRule(commands.StopEntry, stop_entry, office_needs=needs),
    CommandRule(
        commands.ProposeResumption, resume_entry, office_needs=needs, in_person=True,
        two_people=TwoPeople(thing=("kind", "entry"), confirmed_by=("directory.confirm",), context=context_of),
    ),
)  # fmt: skip
