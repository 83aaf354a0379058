"""What a programme file must hold before it is put into force: people's rights, and words that can go into letters.

Asked when a file is checked and published, never of one in the log: a case keeps the rules it was opened under.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from workflow.programme.office import faults_of_payer
from workflow.programme.programme import Programme
from workflow.programme.stages import Transition
from workflow.values.telling import telling_word

LocatedFault = tuple[tuple[str | int, ...], str]

WITHDRAW: Final = "withdraw"
MONTHS_MAX: Final = 60
REFLECTION_DAYS_MIN: Final = 30  # Council of Europe Convention on Action against Trafficking, article 13
_CONSENT: Final = "consent_to_"
_EXPECTED_AT_ENTRY: Final = ("risk_is_assessed", "guardian_is_appointed", "child_assents")


def faults(programme: Programme) -> Iterator[LocatedFault]:
    """Find what takes a right from a person, what would stop every letter, and what no bank takes or should read."""
    yield from _no_free_way_out(programme)
    yield from _entry_without_consent(programme)
    yield from ((("office", key), said) for key, said in faults_of_payer(programme.office))
    policies = programme.policies
    if policies.reflection_days < 1:
        yield ("policies", "reflection_days"), "reflection_days is 0: a person must have time to decide; give days"
    months = policies.follow_up_months
    if any(later <= earlier for earlier, later in pairwise((0, *months))) or months[-1] > MONTHS_MAX:
        yield (
            ("policies", "follow_up_months"),
            f"follow_up_months must rise, each once, from 1 to at most {MONTHS_MAX}: [1, 3, 6, 12]",
        )
    for at, text in _in_letters(programme):
        if word := telling_word(text):
            yield at, f"{word!r} goes into letters and tells what they are about; {_instead(at)}"


def doubts(programme: Programme) -> Iterator[LocatedFault]:
    """Find what an office may have reasons for, and should look at again."""
    days = programme.policies.reflection_days
    if 0 < days < REFLECTION_DAYS_MIN:
        yield (
            ("policies", "reflection_days"),
            f"reflection_days is {days}: the Convention (article 13) asks for at least {REFLECTION_DAYS_MIN}",
        )
    for number, way in _entries(programme):
        if missing := [name for name in _EXPECTED_AT_ENTRY if name not in way.conditions]:
            yield ("journey", "transitions", number), f"{way.trigger} lets people in without {', '.join(missing)}"


def _no_free_way_out(programme: Programme) -> Iterator[LocatedFault]:
    journey = programme.journey
    free: set[str] = set()
    for number, way in enumerate(journey.transitions):
        if way.trigger != WITHDRAW:
            continue
        free |= set(way.source)
        if way.conditions:
            yield (
                ("journey", "transitions", number, "conditions"),
                f"{WITHDRAW} has conditions ({', '.join(way.conditions)}): whoever wants to leave may; take them out",
            )
        if not journey.stages[way.dest].ends:
            yield ("journey", "transitions", number, "dest"), f"{WITHDRAW} leads to {way.dest}, which is no end"
    for number, state in enumerate(journey.states):
        if state not in free and not journey.stages[state].ends:
            yield ("journey", "states", number), f"nobody can leave from {state}: add it to the source of {WITHDRAW}"


def _entry_without_consent(programme: Programme) -> Iterator[LocatedFault]:
    for number, way in _entries(programme):
        if not any(name.startswith(_CONSENT) for name in way.conditions):
            yield (
                ("journey", "transitions", number),
                f"{way.trigger} lets people in without their consent; add consent_to_assistance to its conditions",
            )


def _entries(programme: Programme) -> Iterator[tuple[int, Transition]]:
    journey = programme.journey
    for number, way in enumerate(journey.transitions):
        if journey.initial in way.source and not journey.stages[way.dest].ends:
            yield number, way


def _in_letters(programme: Programme) -> Iterator[LocatedFault]:
    """Return every text of the file that letters may hold, and where it stands."""
    yield ("office", "name"), programme.office.name
    for number, service in enumerate(programme.services):
        key = "label" if service.letter_label is None else "letter_label"
        for language in ("en", "ru"):
            yield ("services", number, key, language), getattr(service.in_letters, language)
    for number, path in enumerate(programme.documents):
        for language in ("en", "ru"):
            yield ("documents", number, "label", language), getattr(path.label, language)
    asked = {name for house in programme.facilities for name in house.alternatives}
    for number, house in enumerate(programme.facilities):
        if house.alternatives or house.id in asked:
            yield ("facilities", number, "name"), house.name
    for number, provider in enumerate(programme.providers):
        for place, name in enumerate(provider.services):
            if name not in programme.service_of:  # a service without words of its own is written by its name
                yield ("providers", number, "services", place), name


def _instead(at: tuple[str | int, ...]) -> str:
    if at[0] == "services":
        return "give the service a neutral letter_label beside its label"
    return "write it neutrally"
