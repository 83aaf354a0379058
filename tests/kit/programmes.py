"""Programmes with other houses than the shipped one has: a small house, several, one in another time zone."""

from __future__ import annotations

from typing import Any

import yaml

from workflow.programme.loading import shipped_programme_text

SMALL: dict[str, Any] = {
    "id": "moscow-centre", "name": "Small house", "kind": "shelter", "opens": "2006-12-01",
    "time_zone": "Europe/Moscow",
}  # fmt: skip
HOSTEL: dict[str, Any] = {
    "id": "hostel", "name": "Hostel", "kind": "hostel", "owner": "new-start", "opens": "2006-12-01",
    "time_zone": "Europe/Moscow", "capacity": 20, "on_request": True, "email": "desk@hostel.example.org",
}  # fmt: skip


def with_houses(*houses: dict[str, Any], text: str | None = None) -> str:
    """Return the Moscow programme with these houses instead of its own."""
    tree = yaml.safe_load(text or shipped_programme_text("moscow"))
    tree["facilities"] = list(houses)
    return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False)


def with_beds(beds: int, *, text: str | None = None) -> str:
    """Return the Moscow programme with one house of so many beds for anybody, and a hostel to ask when it is full."""
    return with_houses(SMALL | {"capacity": beds, "alternatives": ["hostel"]}, HOSTEL, text=text)


def with_rooms(*rooms: tuple[str, int, str, str]) -> str:
    """Return the Moscow programme with one house of these rooms: id, beds, for whom, minors."""
    keys = ("id", "beds", "for", "minors")
    listed = [dict(zip(keys, room, strict=True)) for room in rooms]
    return with_houses(SMALL | {"rooms": listed, "alternatives": ["hostel"]}, HOSTEL)
