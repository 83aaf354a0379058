"""Which commands have a form at which door, and under which heading they are listed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from workflow.command import AdvanceCase, CancelTask, CaseCommand, Command, OfficeCommand, RetryTask
from workflow.registry import HUMAN, OFFICE

N_: Final = str  # marks a text for translation; it is translated where it is shown

_ABOUT_A_CASE: Final[tuple[type[CaseCommand], ...]] = (
    AdvanceCase, *HUMAN, RetryTask, CancelTask,
)  # fmt: skip
CASE_FORMS: Final[Mapping[str, type[CaseCommand]]] = {kind.__name__: kind for kind in _ABOUT_A_CASE}
OFFICE_FORMS: Final[Mapping[str, type[OfficeCommand]]] = {kind.__name__: kind for kind in OFFICE}

# The headings, in the order of a person's way; a command stands under the file it is written in.
_HEADINGS: Final[Mapping[str, str]] = {
    "case": N_("The case"),
    "safety": N_("Safety and age"),
    "reception": N_("Arrival"),
    "places": N_("Bed and stay"),
    "care": N_("Care"),
    "papers": N_("Documents"),
    "travel": N_("The way home"),
    "reintegration": N_("Life after the return"),
    "referrals": N_("Referrals"),
    "grants": N_("Grants"),
    "funding": N_("Costs"),
    "routes": N_("What happened before"),
    "closing": N_("Hand-over"),
    "access": N_("Whose case it is"),
    "work": N_("Work that got stuck"),
    "hotline": N_("Hotline and centres"),
}


class Subject(NamedTuple):
    """A heading, not yet in anybody's language, and the commands under it."""

    name: str
    heading: str
    commands: tuple[type[Command], ...]


def subjects() -> Iterator[Subject]:
    """Yield everything that can be recorded about a case, subject by subject."""
    for name, heading in _HEADINGS.items():
        found = tuple(kind for kind in CASE_FORMS.values() if kind.__module__.rpartition(".")[2] == name)
        if found:
            yield Subject(name, heading, found)
