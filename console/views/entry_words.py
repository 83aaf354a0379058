"""What an entry of the directory says, in the reader's words and not in those of a programme file."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from console.forms.chosen import chosen
from console.words.naming import Naming
from console.words.translation import Words
from workflow.programme.programme import Programme

# What the words of a key name. What is not listed is read as it stands: a name, an address, a number.
_NAMES: Final[Mapping[str, str]] = {
    "services": "service", "service": "service", "languages": "language", "language": "language",
    "countries": "country", "areas": "area", "skills": "skill", "provider": "provider", "owner": "provider",
    "alternatives": "house", "time_zone": "",
}  # fmt: skip


def in_words(words: Words, programme: Programme) -> Callable[[str, Any], str]:
    """Return what tells one key of an entry: ``services: ["local_referral"]`` becomes the name of that service."""
    n = Naming(words.language, programme.time_zone, programme)

    def told(name: str, value: Any) -> str:
        if name in _READ:
            return _READ[name](words, n, value)
        if isinstance(value, bool):
            return words.gettext("yes") if value else words.gettext("no")
        if isinstance(value, list):
            return ", ".join(told(name, one) for one in value)
        return n.name(_NAMES[name], str(value)) if name in _NAMES else _plain(value)

    return told


def _day(_words: Words, n: Naming, value: Any) -> str:
    return n.day(str(value)) or str(value)


def _rooms(words: Words, _n: Naming, value: Any) -> str:
    return "; ".join(_room(words, room) for room in value)


def _room(words: Words, room: Mapping[str, Any]) -> str:
    beds = words.ngettext("%(number)s bed", "%(number)s beds", room["beds"]) % {"number": words.number(room["beds"])}
    whose = [words.label("choice", f"Room.for.{room.get('for', 'any')}")]
    whose += [chosen("minors", room["minors"], words)] if "minors" in room else []
    return f"{words.label('room', room['id'])}: {beds} ({', '.join(whose).lower()})"


def _plain(value: Any) -> str:
    """Return what nobody has words for: an absence, a table of a later release."""
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_plain(one)}" for name, one in value.items())
    return str(value)


_READ: Final[Mapping[str, Callable[[Words, Naming, Any], str]]] = {
    "label": lambda words, _n, value: str(value[words.language]),
    "hours": lambda _words, _n, value: f"{value['opens']} – {value['closes']}",
    "kind": lambda words, _n, value: chosen("kind", str(value), words),
    "rooms": _rooms,
    **dict.fromkeys(("opens", "closes", "starts", "ends"), _day),
}
