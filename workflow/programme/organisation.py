"""Whose programme it is: the organisation, how to reach it, and how its people's ids begin."""

from __future__ import annotations

from pydantic import Field

from workflow.programme.part import Label, ProgrammePart, Slug
from workflow.values.phones import Phone


class Organisation(ProgrammePart):
    """The organisation that runs a programme.

    ``staff`` is the word its people's ids begin with (``redcross`` in ``redcross:olga``): with it the programme's
    cases are closed to everybody else.
    """

    id: Slug
    name: Label
    address: str = ""
    phones: tuple[Phone, ...] = ()
    email: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)
    staff: str = Field(default="", pattern=r"^[a-z]*$")
