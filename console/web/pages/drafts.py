"""My drafts: what I began to write and did not send."""

from fastapi import APIRouter
from fastapi.responses import Response

from console.web.request_context import SignedIn, go
from console.web.sign_in_cookies import typed
from console.web.unsent import own_drafts, unsent_of

router = APIRouter(include_in_schema=False)


@router.get("/drafts")
def drafts(context: SignedIn) -> Response:
    """List them."""
    return context.page("pages/drafts.html", drafts=unsent_of(context, own_drafts(context)))


@router.post("/drafts")
def throw_away(context: SignedIn) -> Response:
    """Throw one of them away."""
    context.web.drafts.drop(context.account.account, typed(context.given, "drop"))
    return go("/drafts")
