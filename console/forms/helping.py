"""From a reason against something to the form that helps, with what the reason already says filled in."""

import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlencode

from console.forms.shapes import shapes_of
from console.subjects import CASE_FORMS
from workflow.reasons import Reason

_WORD: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")  # an id or a word of the programme; nothing a person wrote
# What records a service that no session of care is held for.
_RECORDED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "airport_reception": ("MeetPerson",),
    "hand_over": ("HandOver",),
    "document_renewal": ("StartDocument", "RecordDocumentStep"),
    "training": ("EnrolInCourse", "CompleteCourse"),
    "follow_up_visit": ("RecordFollowUp",),
}


def helping(reason: Reason, named: Iterable[str]) -> tuple[str, ...]:
    """Return the forms that help against a reason: those its help names, or what records the service it misses.

    >>> from workflow.refusals import SERVICE_IS_AWAITED
    >>> helping(SERVICE_IS_AWAITED(service="airport_reception", case="7K3P9-QXM2D"), ["RecordSession"])
    ('MeetPerson',)
    """
    names = _RECORDED_BY.get(_of_the_code(reason).get("service", ""), named)
    return tuple(name for name in names if name in CASE_FORMS)


def help_path(case_id: str, command: str, reason: Reason) -> str:
    """Return the address of a form that helps against a reason.

    >>> from workflow.refusals import SERVICE_IS_AWAITED
    >>> no_exam = SERVICE_IS_AWAITED(service="medical_exam", case="7K3P9-QXM2D")
    >>> help_path("7K3P9-QXM2D", "RecordSession", no_exam)
    '/cases/7K3P9-QXM2D/do/RecordSession?service=medical_exam'
    """
    known = help_given(command, reason)
    return f"/cases/{case_id}/do/{command}" + (f"?{urlencode(known)}" if known else "")


def help_given(command: str, reason: Reason) -> tuple[tuple[str, str], ...]:
    """Return what of a form that helps the reason already says: ids and words of the programme."""
    asked = {shape.name for shape in shapes_of(CASE_FORMS[command])}
    said = {name: value for name, value in reason.looked_at if _WORD.fullmatch(value)} | _of_the_code(reason)
    return tuple((name, value) for name, value in said.items() if name in asked)


def _of_the_code(reason: Reason) -> dict[str, str]:
    """Return the values that stand in the reason's code: the service that is missing, the purpose of a consent."""
    return {name: str(value) for name, value in reason.values if f"{{{name}}}" in reason.kind.code}
