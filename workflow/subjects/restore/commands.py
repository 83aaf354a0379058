"""Commands for the time after an older copy was put in place: what was found is settled, the quarantine is lifted."""

from typing import Annotated, Literal

from pydantic import Field

from events.ids import RESTORE
from workflow.command import Command
from workflow.values.text import CodeWord, ReferenceToken, ShortText


class QuarantineCommand(Command):
    """Something said while nothing may leave the house."""

    mandate: CodeWord = "administrator"

    @property
    def stream(self) -> str:
        """Return the stream that tells what was restored."""
        return RESTORE


class SettleOrphan(QuarantineCommand, acts=("accounts.change",), is_recorded=False):
    """Say what something was that the restored log knows nothing of, after asking whoever has to do with it."""

    orphan_id: ReferenceToken
    outcome: Annotated[
        Literal["counted", "not_ours", "lost", "stopped"],
        Field(description="counted: it holds, and is recorded anew; not_ours; lost: it holds, its record does not come "
              "back; stopped: it was taken back outside"),
    ]  # fmt: skip
    reason: ShortText
    grant_id: ReferenceToken | Literal[""] = ""


class LiftQuarantine(QuarantineCommand, acts=("accounts.change",), is_recorded=False):
    """Let what waits leave the house again, once everything that was found is settled."""

    reason: ShortText
