"""What a provider may be asked for, each order under its task's key, at most once."""

from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol


class Order(NamedTuple):
    """One thing asked of a provider; it says which case, never who."""

    key: str
    what: str
    case_id: str
    at: str


class Orders(Protocol):
    """Takes orders and remembers them by key."""

    def place(self, orders: Sequence[Order]) -> list[str]:
        """Return a reference for each order; one that came before keeps its reference. Raises OutsideError."""

    def find(self, key: str) -> str | None:
        """Return the reference of an order, or None when none came under this key. Raises Unavailable."""

    def known(self) -> Collection[str]:
        """Return the keys of all orders that ever came, to find those a restored log knows nothing of."""
