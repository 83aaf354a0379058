"""Instants as they are stored: UTC, microseconds, always 27 characters, so that text order is time order.

The log keeps times as text because what is hashed must be, byte for byte, what is stored, and because
SQLite and PostgreSQL must hold the same. ``recorded_at::timestamptz`` works in PostgreSQL.
"""

from datetime import UTC, datetime


def instant_text(instant: datetime) -> str:
    """Return the instant as the log stores it, from any time zone; raises AssertionError when it names none.

    >>> instant_text(datetime(2026, 3, 1, 12, 0, tzinfo=UTC))
    '2026-03-01T12:00:00.000000Z'
    """
    assert instant.tzinfo is not None, "an instant without a time zone"
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def instant(text: str) -> datetime:
    """Return the instant that ``stored`` wrote, in UTC; raises ValueError for any other text."""
    return datetime.fromisoformat(text)
