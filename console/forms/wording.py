"""What things on a form are called; the words themselves are in ``console.words``."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from console.forms.context import FormContext
from console.words.translation import Words
from events.money import Money


def title(words: Words, command: str) -> str:
    """Return what a command does, as a short order: it is also what stands on its button."""
    return words.label("command", command)


def explains(words: Words, command: str) -> str:
    """Return in one line what a command is for."""
    return words.label("command_help", command)


def field_label(words: Words, command: str, field: str) -> str:
    """Return what a field is called on the form of a command."""
    return words.label("field", f"{command}.{field}")


def field_hint(words: Words, command: str, field: str) -> str:
    """Return what helps to fill in a field, or nothing."""
    return words.label("hint", f"{command}.{field}")


def choice_label(words: Words, command: str, field: str, value: str) -> str:
    """Return what one word of a command's closed list is called."""
    return words.label("choice", f"{command}.{field}.{value}")


def known(words: Words, kind: str, name: str) -> str:
    """Return what a name of the programme file or of the engine is called."""
    return words.label(kind, name)


def day(context: FormContext, value: date) -> str:
    """Return a day as people write it."""
    return context.words.day(value)


def moment(context: FormContext, value: datetime) -> str:
    """Return a time by the programme's clock."""
    return context.words.moment(value, context.programme.time_zone)


def money(context: FormContext, amount: Decimal, currency: str) -> str:
    """Return a sum as people write it."""
    return context.words.money(Money(amount=amount, currency=currency))
