"""The legs of a journey as they are typed: eight parts each, so that places may hold spaces and commas."""

from __future__ import annotations

from typing import Any, Final

from console.errors import BadInput

_PARTS: Final = (
    "mode", "number", "origin", "from_country", "departs_at", "destination", "to_country", "arrives_at",
)  # fmt: skip
HOW: Final = "mode|number|from|country|departs|to|country|arrives for each leg, with ; between legs"


def legs(text: str) -> tuple[dict[str, Any], ...]:
    """Return the legs that were typed; raises BadInput when one has not its eight parts.

    >>> legs("train|061Ч|Moscow|RU|2030-06-01T09:00+03:00|Samara|RU|2030-06-01T23:00+04:00")[0]["destination"]
    'Samara'
    """
    found = []
    for number, leg in enumerate((one for one in text.split(";") if one.strip()), 1):
        parts = [part.strip() for part in leg.split("|")]
        if len(parts) != len(_PARTS):
            raise BadInput(f"leg {number} has {len(parts)} parts; write {HOW}")
        found.append(dict(zip(_PARTS, parts, strict=True)))
    return tuple(found)
