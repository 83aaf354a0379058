"""Case numbers as somebody types them: lower case, without the hyphen, with letters that look alike."""

from typing import Annotated

from pydantic import BeforeValidator

from events.ids import CaseId, parse_case_id


def _as_typed(value: object) -> object:
    return parse_case_id(value) if isinstance(value, str) else value


CaseNumber = Annotated[CaseId, BeforeValidator(_as_typed)]
