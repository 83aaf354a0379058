"""The names people chose for themselves, as whoever words a page asks for them."""

from typing import Protocol


class ChosenNames(Protocol):
    """Knows what accounts chose to be called."""

    def of(self, account: str) -> str:
        """Return the name of an account, or nothing where none was chosen."""

    @property
    def edition(self) -> object:
        """Return what is another object as soon as anybody is called otherwise."""


class NobodyChose:
    """Knows of no chosen name, where there is no database to ask."""

    def of(self, _account: str) -> str:
        """Return nothing."""
        return ""

    @property
    def edition(self) -> object:
        """Return the same for ever."""
        return NobodyChose
