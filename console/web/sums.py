"""Sums as a page shows them, from an amount and its currency."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from console.words.translation import Words
from events.money import Money


def sums_in(words: Words) -> Callable[[Decimal, str], str]:
    """Return what writes an amount and its currency in a language."""
    return lambda amount, currency: words.money(Money(amount=amount, currency=currency))
