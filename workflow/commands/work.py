"""Commands of workers, timers and operators."""

from __future__ import annotations

from typing import Literal

from workflow.commands.command import CaseCommand, Instant
from workflow.text import Reported, ShortText, Token


class FinishTask(CaseCommand):
    """Report what came of a task; only the worker that holds it at this epoch may."""

    task_id: Token
    epoch: int
    outcome: Literal["done", "refused", "dead", "unknown", "undone"]
    reference: Reported = ""


class RetryTask(CaseCommand):
    """Have a refused, dead or unknown task tried again, after looking at it."""

    task_id: Token


class CancelTask(CaseCommand):
    """Take a task back that nobody has begun."""

    task_id: Token
    reason: ShortText


class FireTimer(CaseCommand):
    """Say that a timer's time has come."""

    timer_id: Token
    due_at: Instant
