"""What is recorded of somebody, as a form that puts it right shows it first; what is sealed only once it is opened."""

from collections.abc import Callable, Mapping
from typing import Final

from console.forms.context import FormContext
from workflow.case.state import Case
from workflow.subjects.corrections.state import corrections_of

_OPEN: Final[Mapping[str, Callable[[Case], tuple[str, ...]]]] = {
    "CorrectCitizenships.citizenships": lambda case: case.citizenships,
    "CorrectDetails.gender": lambda case: (case.gender or "",),
    "CorrectDetails.language": lambda case: (case.language,),
    "CorrectDetails.age_band": lambda case: (case.age_band,),
    "CorrectDetails.exploitation": lambda case: corrections_of(case).exploitation,
    "CorrectDetails.country_of_exploitation": lambda case: (corrections_of(case).country_of_exploitation,),
}


def known_values(name: str, context: FormContext) -> tuple[str, ...]:
    """Return what is recorded in place of a field of a correction; nothing for any other field."""
    if name in context.opened:
        return (context.opened[name],)
    if context.case is None or name not in _OPEN:
        return ()
    return tuple(value for value in _OPEN[name](context.case) if value)
