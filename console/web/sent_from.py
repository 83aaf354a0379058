"""From where a form or a request was sent: our own page, a program with its token, or somebody else's page."""

import hmac
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import FormData

from console.web.context import web_of
from console.web.errors import Forged


def not_forged(request: Request, token: str, form: FormData | None) -> None:
    """Raise Forged unless the request comes from our own page and carries the token that page was given."""
    if not is_ours(request, token, form):
        raise Forged


def is_ours(request: Request, token: str, form: FormData | None) -> bool:
    """Tell whether our own page sent this; a program that shows its token itself is not a browser."""
    if bearer(request):
        return True
    given = str(form.get("_token", "")) if form is not None else request.headers.get("x-wayhome-token", "")
    return not from_elsewhere(request) and hmac.compare_digest(given.encode(errors="replace"), token.encode())


def from_elsewhere(request: Request) -> bool:
    """Tell whether another site's page made a browser send this."""
    site, told = request.headers.get("sec-fetch-site", ""), request.headers.get("origin", "")
    # A browser that is told to name no referrer names no origin either; where it comes from it says all the same.
    origin = "" if told == "null" and site == "same-origin" else told
    strange = bool(origin) and _host_of(origin) not in web_of(request).site.hosts
    return strange or site not in ("same-origin", "none", "")


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).hostname
    except ValueError:
        return None


def bearer(request: Request) -> str:
    """Return the token a program shows of itself, or nothing."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def is_form(request: Request) -> bool:
    """Tell whether a form was sent."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in ("application/x-www-form-urlencoded", "multipart/form-data")
