"""Commands about programmes."""

from __future__ import annotations

from pydantic import Field

from workflow.commands.command import Command


class PublishProgramme(Command):
    """Put a programme file into force for cases opened from now on."""

    programme: str = Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")
    text: str
