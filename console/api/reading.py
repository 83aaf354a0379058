"""JSON read strictly: what two programs could read differently is not read at all."""

import json
import math
import re
from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute

from console.web.errors import NotReadable

BYTES_MAX: Final = 100_000
DEPTH_MAX: Final = 12
DIGITS_MAX: Final = 18
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"?')


class Strict(APIRoute):
    """A route whose body is read strictly before anything else reads it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what serves a request."""
        serve = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            if request.method not in ("GET", "HEAD") and (data := await request.body()):
                read_json(data)
            return await serve(request)

        return strictly


def read_json(data: bytes) -> Any:
    """Return the value of a JSON text (RFC 8259), or raise NotReadable: too large, too deep, ambiguous, not UTF-8.

    >>> read_json(b'{"a": [1, 2.5, null]}')
    {'a': [1, 2.5, None]}
    """
    if len(data) > BYTES_MAX:
        raise NotReadable(413, "too_large")
    try:
        text = data.decode()
        _not_too_deep(text)
        value = json.loads(
            text, object_pairs_hook=_once, parse_constant=_no_number, parse_int=_integer, parse_float=_fraction
        )
        # A half of a pair of UTF-16 has no place in UTF-8; a name with one could be neither stored nor shown.
        json.dumps(value, ensure_ascii=False).encode()
    except ValueError:
        raise NotReadable(400, "not_json") from None
    return value


def _not_too_deep(text: str) -> None:
    depth = 0
    for letter in _STRING.sub("", text):
        depth += letter in "[{"
        depth -= letter in "]}"
        if depth > DEPTH_MAX:
            raise NotReadable(400, "too_deep")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; one that says a thing twice says nothing."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise NotReadable(400, "said_twice")
    return found


def _no_number(text: str) -> Any:
    raise NotReadable(400, "no_number")


def _integer(text: str) -> int:
    if len(text) > DIGITS_MAX:
        raise NotReadable(400, "number_too_long")
    return int(text)


def _fraction(text: str) -> float:
    value = float(text)
    if len(text) > 2 * DIGITS_MAX or not math.isfinite(value):
        raise NotReadable(400, "number_too_long")
    return value
