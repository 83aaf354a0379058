"""Why something may not happen: a code and values, for a case manager to act on and for nobody to parse.

A refusal is a value, not an exception: it lists every reason at once, what was looked at, and what would help. Rules
hold no words. What they may say no with is declared in the ``refusals`` modules, one constant each; its words, English
too, are the doors' (``console/words/reasons``), and a test names what has none.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from events.money import Money

# A value of a reason: an id, an own name, a number, a day, an instant, a sum, several of these, or a reason within it.
Value: TypeAlias = "str | int | Decimal | date | Money | Reason | tuple[Value, ...] | None"
_WHOLE = (str, int, Decimal, date, Money)


class ReasonKind(NamedTuple):
    """One thing the rules may say no with; called with its values it makes a reason.

    >>> kind = ReasonKind("bed_is_free", ("taken",), looked_at=("facility",), helps_with=("JoinWaitingList",))
    >>> kind(taken=8, facility="moscow-centre").looked_at
    (('facility', 'moscow-centre'),)
    """

    key: str  # the code, stored and scripted, in which a value may stand; behind a stroke which of several it is
    values: tuple[str, ...] = ()
    looked_at: tuple[str, ...] = ()  # values that are told to scripts as well
    helps_with: tuple[str, ...] = ()  # commands
    field: str | None = None  # of the command that was refused

    def __call__(self, **values: Value | Iterable[Value]) -> Reason:
        """Return this reason; raises AssertionError unless exactly the declared values are given."""
        assert values.keys() == {*self.values, *self.looked_at}, f"{self.key}: {sorted(values)}"
        return Reason(self, tuple((name, _kept(value)) for name, value in values.items()))

    @property
    def code(self) -> str:
        """Return the name of the guard that says no, with places for the values that stand in it."""
        return self.key.partition("/")[0]


class Reason(NamedTuple):
    """One guard's answer when it says no."""

    kind: ReasonKind
    values: tuple[tuple[str, Value], ...] = ()

    @property
    def code(self) -> str:
        """Return the name of the guard that says no."""
        return self.kind.code.format_map(dict(self.values))

    @property
    def looked_at(self) -> tuple[tuple[str, str], ...]:
        """Return what was looked at, as text for scripts and for the log of an audit."""
        values = dict(self.values)
        return tuple((name, _as_text(values[name])) for name in self.kind.looked_at)

    @property
    def helps_with(self) -> tuple[str, ...]:
        """Return the commands that would help, each once; those of the reasons within it too."""
        within = [one for _, value in self.values for one in _reasons_in(value)]
        return tuple(dict.fromkeys([*self.kind.helps_with, *(name for one in within for name in one.helps_with)]))


class Refused(NamedTuple):
    """The command was not carried out and nothing has changed."""

    reasons: tuple[Reason, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the names of the guards that said no."""
        return tuple(reason.code for reason in self.reasons)


def refused(*reasons: Reason) -> Refused:
    """Return a refusal with these reasons."""
    return Refused(reasons)


def reasons_if(*checks: tuple[object, Reason]) -> list[Reason]:
    """Return the reasons whose condition is met, each after its condition."""
    return [reason for met, reason in checks if met]


def _kept(value: Value | Iterable[Value]) -> Value:
    if value is None or isinstance(value, (*_WHOLE, Reason)):
        return value
    return tuple(value)


def _reasons_in(value: Value) -> tuple[Reason, ...]:
    if isinstance(value, Reason):
        return (value,)
    return tuple(one for one in value if isinstance(one, Reason)) if isinstance(value, tuple) else ()


def _as_text(value: Value) -> str:
    """Return a value as scripts have always read it: names behind each other, numbers as a list."""
    if not isinstance(value, tuple):
        return str(value)
    named = value and all(isinstance(one, str) for one in value)
    return ", ".join(map(str, value)) if named else str(list(value))
