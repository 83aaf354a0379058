"""One thing that may be chosen."""

from __future__ import annotations

from typing import NamedTuple


class Choice(NamedTuple):
    """A value of a command, and what a person reads in its place."""

    value: str
    label: str
