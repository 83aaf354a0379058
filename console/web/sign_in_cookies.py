"""The door's own tools: its cookies, where somebody comes from, and where they may be sent on to."""

import re
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from console.accounts.sessions import HALF_WAY, Session
from console.accounts.sign_in import HalfWay, SignedIn
from console.accounts.throttle import DESK_FORGOTTEN, Source
from console.web.context import WebContext, web_of
from console.web.sent_from import is_form
from console.web.site import Site

LANGUAGE: Final = "wayhome-language"
# A path of ours and nothing else: browsers read "//host", "/\\host" and "/<tab>/host" as another site.
_OURS: Final = re.compile(
    r"/(?:[A-Za-z0-9._~:@!$&'()*+,;=%-][A-Za-z0-9._~:@!$&'()*+,;=%/-]*)?(?:\?[A-Za-z0-9._~=&%,:-]*)?"
)
_LONGEST: Final = 500


async def _sent(request: Request) -> FormData:
    return await request.form(max_files=0) if is_form(request) else FormData()


Sent = Annotated[FormData, Depends(_sent)]


def typed(form: FormData, name: str) -> str:
    """Return one field of a form as text that can be stored; a file or nothing at all is no text."""
    value = form.get(name)
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""


def back_of(text: str) -> str:
    r"""Return where to go on to: a path of ours, or the first page for anything else.

    >>> back_of("/cases/7K3P9-QXM2D"), back_of("/cases?stage=shelter")
    ('/cases/7K3P9-QXM2D', '/cases?stage=shelter')
    >>> back_of("//elsewhere.example"), back_of("/\\elsewhere.example"), back_of("/x\r\nset-cookie: a")
    ('/', '/', '/')
    """
    return text if len(text) <= _LONGEST and _OURS.fullmatch(text) and "//" not in text else "/"


def with_back(path: str, back: str) -> str:
    """Return an address that remembers where to go on to."""
    return path if back == "/" else f"{path}?back={quote(back)}"


def source_of(request: Request) -> Source:
    """Return where a request comes from, and the marks of its device; only a keyed hash of either is kept."""
    prefix = _device_cookie(web_of(request).site, "")
    marks = (value for name, value in request.cookies.items() if name.startswith(prefix))
    return Source(request.client.host if request.client else "", tuple(marks))


# -- cookies --------------------------------------------------------------------------------------------------


def half_way_cookie(site: Site) -> str:
    """Return the name of the cookie of somebody half way in."""
    return f"{site.cookie}-door"


def half_way(request: Request) -> tuple[HalfWay, Session] | None:
    """Return where somebody stands who has given a password and nothing more."""
    web = web_of(request)
    token = request.cookies.get(half_way_cookie(web.site), "")
    found, session = (web.sign_in.half_way(token), web.sessions.half_way(token)) if token else (None, None)
    return (found, session) if found is not None and session is not None else None


def let_half_in(web: WebContext, answer: Response, token: str) -> Response:
    """Give somebody the cookie of the second step."""
    _set(answer, web.site, half_way_cookie(web.site), token, HALF_WAY.seconds)
    return answer


def let_in(web: WebContext, answer: Response, found: SignedIn) -> Response:
    """Give somebody the cookie of a session, gone when the browser closes, and their device its mark."""
    _set(answer, web.site, web.site.cookie, found.token)
    lasts_s = int(DESK_FORGOTTEN.total_seconds())
    _set(answer, web.site, _device_cookie(web.site, found.mark.name), found.mark.value, lasts_s)
    return _drop(web, answer, half_way_cookie(web.site))


def show_out(web: WebContext, answer: Response) -> Response:
    """Take every cookie away but the mark of the device: without it, others' guessing would keep its owner out."""
    return _drop(web, answer, web.site.cookie, half_way_cookie(web.site), _page_cookie(web.site), LANGUAGE)


def _drop(web: WebContext, answer: Response, *names: str) -> Response:
    for name in names:
        answer.delete_cookie(name, path="/", secure=web.site.encrypted, httponly=True, samesite="strict")
    return answer


def remember_language(web: WebContext, answer: Response, language: str) -> None:
    """Keep the language chosen on this machine until the browser closes or somebody leaves."""
    _set(answer, web.site, LANGUAGE, language)


def page_token(request: Request) -> str:
    """Return the token of the forms before anybody is signed in: the cookie's, or a fresh one."""
    web = web_of(request)
    kept = request.cookies.get(_page_cookie(web.site), "")
    return kept if re.fullmatch(r"[0-9a-f]{32}", kept) else web.container.chance.bytes(16).hex()


def with_page_token(request: Request, answer: Response, token: str) -> Response:
    """Give the browser the token its first form carries, so that no other site can fill that form in."""
    site = web_of(request).site
    if request.cookies.get(_page_cookie(site)) != token:
        _set(answer, site, _page_cookie(site), token)
    return answer


def sent_token(request: Request) -> str:
    """Return the token a first form has to carry, or one nobody can guess when the browser has none."""
    web = web_of(request)
    return request.cookies.get(_page_cookie(web.site)) or web.container.chance.bytes(16).hex()


def end_sessions(request: Request) -> None:
    """End whatever sessions this browser's cookies open, whole and half ones."""
    web = web_of(request)
    for name in (web.site.cookie, half_way_cookie(web.site)):
        if token := request.cookies.get(name):
            web.sessions.end(token)


def _device_cookie(site: Site, name: str) -> str:
    return f"{site.cookie}-device-{name}"


def _page_cookie(site: Site) -> str:
    return f"{site.cookie}-page"


def _set(answer: Response, site: Site, name: str, value: str, lasts_s: int | None = None) -> None:
    answer.set_cookie(name, value, lasts_s, path="/", secure=site.encrypted, httponly=True, samesite="strict")
