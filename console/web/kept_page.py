"""Drafts of a page whose form is not one command's own: kept, found again and thrown away like those of every other."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from fastapi.responses import JSONResponse, Response

from console.views.account import zone_of
from console.web.drafts import (
    FormPlace,
    WhyNot,
    asked_draft,
    drafts_of,
    dropped_quietly,
    form_at,
    kept_quietly,
    owner_of,
    said_of,
)
from console.web.errors import StepUpFirst, TooMany
from console.web.request_context import RequestContext, go
from handlers.drafts.store import Draft, DraftOf
from workflow.rights.acts import Act


class KeptPage(NamedTuple):
    """The form of a page in front of a visitor: its address, and the fields that are typed there."""

    context: RequestContext
    place: FormPlace
    names: tuple[str, ...]
    usual: tuple[str, ...] = ()  # of these, what was only chosen and is worth no draft by itself

    def drafts(self) -> Sequence[Draft]:
        """Return what this account has kept at this form."""
        return drafts_of(self.context.web, self.context.account.account, self.place.page)

    def found(self) -> tuple[Draft | None, dict[str, str]]:
        """Return the draft an address asks for with what was typed in it, or None and nothing."""
        asked = asked_draft(self.context.request, self.drafts())
        typed = self.context.web.drafts.opened(asked) if asked else None
        return (asked, {name: value for name, value in typed if name in self.names}) if typed else (None, {})

    def typed(self) -> dict[str, str]:
        """Return what was sent, as it was typed."""
        return {name: str(self.context.given.get(name, "")) for name in self.names}

    def keep(self) -> Draft | WhyNot | None:
        """Keep what was sent as a draft of theirs; None where nothing was typed or it was carried out meanwhile."""
        context, command_id = self.context, str(self.context.given.get("command_id", ""))
        owner = owner_of(context.web, context.account.account)
        typed = self.typed()
        if owner is None or not any(v.strip() for name, v in typed.items() if name not in self.usual):
            return None
        if context.web.container.log.of_command(command_id):
            return None
        of, seen = DraftOf(self.place.page), str(context.given.get("kept", ""))[:40]
        return kept_quietly(context.web, owner, command_id, of, tuple(typed.items()), seen=seen)

    def pressed(self) -> tuple[Response | None, dict[str, Any]]:
        """Return the answer to "save" from our own script and to "throw away"; else what the page shows of it."""
        context = self.context
        if "drop" in context.given:
            dropped_quietly(context.web, context.account.account, str(context.given["drop"]))
            return go(self.place.page), {}
        if not context.web.pace.allows(context.account.account, context.web.now()):
            raise TooMany(60)
        kept = self.keep()
        said = said_of(kept, context.words, zone_of(context.reader))
        return line_for_script(context, kept, said), {"said": said, "draft": kept if isinstance(kept, Draft) else None}

    def proved(self, act: Act) -> None:
        """Ask for a fresh proof first where the act needs one; what was typed is kept meanwhile."""
        kept = self.keep() if not self.context.is_fresh else None
        try:
            self.context.fresh(act, self.place.page)
        except StepUpFirst:
            raise StepUpFirst(self.place.address(kept.draft) if isinstance(kept, Draft) else self.place.page) from None

    def done(self) -> None:
        """Forget the draft of what was carried out."""
        command_id = str(self.context.given.get("command_id", ""))
        dropped_quietly(self.context.web, self.context.account.account, command_id)

    def shown(self, **more: Any) -> Mapping[str, Any]:
        """Return what the page says of drafts."""
        usual: dict[str, Any] = {"place": self.place, "draft": None, "said": "", "resumed": None, "unsent": ()}
        return usual | {"action": self.place.page, "zone": zone_of(self.context.reader)} | more


def kept_page(context: RequestContext, page: str, names: tuple[str, ...], usual: tuple[str, ...] = ()) -> KeptPage:
    """Return the form of a page by its address."""
    place = form_at(page)
    assert place is not None, "drafts know the forms of pages by their addresses"
    return KeptPage(context, place, names, usual)


def line_for_script(context: RequestContext, kept: Draft | WhyNot | None, said: str) -> Response | None:
    """Return what our own script is told of what was kept; None for a form that a person sent."""
    if not context.request.headers.get("accept", "").startswith("application/json"):
        return None
    draft, lasts = kept if isinstance(kept, Draft) else None, context.web.sessions.lasts(context.session)
    line = {"said": said, "draft": "", "kept": "", "idle_s": lasts.idle_s, "end_s": lasts.end_s}
    line |= {"draft": draft.draft, "kept": draft.edition} if draft else {}
    return JSONResponse(line, 200 if draft or kept is None else 422)
