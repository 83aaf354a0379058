"""The rows of a journey: each part between changes, and each country on the way somebody was taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from console.forms.shapes import Shape

ROWS_MAX: Final[Mapping[str, int]] = {"trip_legs": 12, "route_legs": 20}
_TRIP: Final = (
    Shape("mode", "choice", needed=True, options=("flight", "train", "bus", "car"), default="flight"),
    Shape("number", "text", needed=False, longest=10),
    Shape("origin", "text", needed=True, longest=120),
    Shape("from_country", "country", needed=False),
    Shape("departs_at", "moment", needed=True),
    Shape("destination", "text", needed=True, longest=120),
    Shape("to_country", "country", needed=False),
    Shape("arrives_at", "moment", needed=True),
)
_ROUTE: Final = (
    Shape("kind", "choice", needed=True, options=("recruitment", "transit", "exploitation"), default="recruitment"),
    Shape("country", "country", needed=True),
    Shape("year", "number", needed=False, least=1950, most=2200),
    Shape("month", "number", needed=False, least=1, most=12),
)


def row_fields(shape: Shape) -> tuple[Shape, ...]:
    """Return the fields of one row."""
    return _TRIP if shape.kind == "trip_legs" else _ROUTE


def row_class(shape: Shape) -> str:
    """Return the class one row is of, by which its fields are named."""
    return "TripLeg" if shape.kind == "trip_legs" else "Leg"
