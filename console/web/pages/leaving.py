"""Leaving at once, and reading in another language: both work for anybody, signed in or not."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from console.web.rendering import LANGUAGES
from console.web.request_context import go, is_ours, session_of, web_of
from console.web.sign_in_cookies import LANGUAGE, Sent, back_of, end_sessions, remember_language, show_out, typed
from workflow.subjects.accounts.commands import ChooseLanguage

router = APIRouter(include_in_schema=False)
# Whoever looks over a shoulder sees nothing, and reloading shows nothing again.
_EMPTY: Final = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>-</title></head><body></body></html>'
_CLEAR: Final = {"clear-site-data": '"cache", "cookies", "storage"'}


@router.post("/leave")
def leave(request: Request) -> Response:
    """End the session and show nothing; asked from elsewhere or without a session it does no harm."""
    end_sessions(request)
    answer = HTMLResponse(_EMPTY, headers=_CLEAR)
    answer.delete_cookie(LANGUAGE, path="/")
    return show_out(web_of(request), answer)


@router.post("/language")
def language(request: Request, form: Sent) -> Response:
    """Keep which language is read on this machine, and in the account of whoever is signed in."""
    web, chosen, answer = web_of(request), typed(form, "language"), go(back_of(typed(form, "back")))
    if chosen not in LANGUAGES:
        return answer
    found = session_of(request)
    if found is not None and found[1].language != chosen and is_ours(request, found[0].csrf, form):
        own = {"actor": found[1].account, "account": found[1].account, "mandate": "account_holder"}
        fields = {"command_id": web.container.chance.uuid(), "language": chosen, **own}
        web.container.service.submit(ChooseLanguage.model_validate(fields))
    remember_language(web, answer, chosen)
    return answer
