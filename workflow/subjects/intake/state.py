"""What a person of a case is called in the house: now, and before."""

from typing import Final, NamedTuple

from events.facts.intake import HandleChanged
from workflow.case.erasure import is_erased
from workflow.case.state import At, Case, Change, Part
from workflow.programme.programme import Programme
from workflow.subjects.intake.handle_words import WORDS
from workflow.subjects.intake.handles import derived_handle


class Intake(NamedTuple):
    """The handle that was changed to, and those before it: they go on finding the case."""

    changed_to: str = ""
    earlier_handles: tuple[str, ...] = ()


intake_of: Final = Part("intake", Intake())


def handle_of(case: Case, programme: Programme) -> str:
    """Return what the person of a case is called where others hear it; everybody is called something.

    Who came before there were handles, and who was erased, is called by words drawn from the case's number.
    """
    return _own_handle(case) or derived_handle(case.case_id, WORDS[programme.language])


def handles_of_case(case: Case, programme: Programme) -> tuple[str, ...]:
    """Return every handle the case is found by, the present one first; of somebody erased only the derived one."""
    earlier = () if is_erased(case) else intake_of(case).earlier_handles
    return tuple(dict.fromkeys((handle_of(case, programme), *earlier)))


def _own_handle(case: Case) -> str:
    return "" if is_erased(case) else intake_of(case).changed_to or case.handle


def _changed(case: Case, fact: HandleChanged, _at: At) -> Case:
    earlier = tuple(one for one in (*intake_of(case).earlier_handles, fact.before) if one not in ("", fact.handle))
    return intake_of.changed(case, changed_to=fact.handle, earlier_handles=tuple(dict.fromkeys(earlier)))


CHANGES: dict[str, Change] = {
    "CaseLinked": lambda c, f, _: c._replace(next_case=f.next_case),
    "HandleChanged": _changed,
}
