"""A form in front of somebody: offered, read as it was sent, carried out, or drawn again with what is in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, NamedTuple
from uuid import UUID

from fastapi.responses import JSONResponse, Response

from console.forms.context import FormContext
from console.forms.faults import GENERAL, Faults
from console.forms.form import Form, form_for
from console.forms.given import ADD_ROW, ENVELOPE, Given, command_of, read
from console.forms.helping import help_path, helping
from console.forms.shapes import Shape
from console.subjects import CASE_FORMS
from console.views.carrying_out import as_seen, carry_out
from console.views.erased import against_erased
from console.web.drafts import (
    BUTTONS,
    NEW_CASE,
    FormPlace,
    WhyNot,
    asked_draft,
    drafts_of,
    dropped_quietly,
    form_at,
    kept_quietly,
    owner_of,
    place_of,
    said_of,
    typed_pairs,
)
from console.web.errors import NotReadable, NotThere, TooMany
from console.web.overtaken import changes_of, since_version, told_of
from console.web.request_context import RequestContext, go
from console.words.reasons import Worded
from events.errors import CommandReused
from handlers.commanding.answers import Accepted, Conflict
from handlers.drafts.store import Draft, DraftOf
from workflow.case.state import Case
from workflow.command import Command
from workflow.programme.programme import Programme
from workflow.reasons import Reason, Refused
from workflow.rights.acts import STEP_UP
from workflow.rights.command_rights import Right, own_referrals, right_to, stays_within
from workflow.rights.visibility import speaks_for_office

Pairs = Sequence[tuple[str, str]]
_STAFF: Final = frozenset({"case_manager", "supervisor", "medical", "legal"})
_VERSION_MAX: Final = 2**31


class Sent(NamedTuple):
    """A form as it came: its own id, the version it was made for, which button, and the fields."""

    command_id: UUID
    expected: int | None
    button: str
    pairs: tuple[tuple[str, str], ...]
    kept: str = ""  # the edition of its draft that its window knows

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Return what stands in it, without what every form carries."""
        return [(name, value) for name, value in self.pairs if name not in ENVELOPE]


class Filling(NamedTuple):
    """The form of a command in front of a visitor: by which right, from which page, and what was sent with it."""

    context: RequestContext
    kind: type[Command]
    right: Right
    about: FormContext
    frame: Mapping[str, str]  # where it is sent, and where its reader goes back to
    sent: Sent | None = None
    given: Given | None = None
    shapes: tuple[Shape, ...] = ()  # the form's own fields, where they are not the command's
    wanted: Given | None = None  # what of it is carried out, where that is not all that stands in the form
    marks: tuple[tuple[str, str], ...] = ()  # what the form carries along unseen
    unkept: frozenset[str] = frozenset()  # opened to be looked at, and in no draft

    def received(self, ours: Callable[[Pairs], Pairs] = lambda pairs: pairs) -> Filling:
        """Return the form as it was sent; raises NotReadable when it is none of ours."""
        sent = sent_by(self.context)
        sent = sent._replace(pairs=tuple(ours(sent.pairs)))
        return self._replace(sent=sent, given=read(self.kind, sent.pairs, self.about, self.shapes))

    def form(self, errors: Mapping[str, tuple[str, ...]] | None = None, **more: Any) -> Form:
        """Return its fields with everything that was typed, and what is wrong with it."""
        return form_for(self.kind, self.about, self.given, errors, shapes=self.shapes, **more)

    def offered(self, marks: Pairs = ()) -> Response:
        """Return the page of a form nobody has filled in; what the address already says is.

        Where nothing is taken any more, because the person was erased, the page says so instead of asking first.
        """
        if closed := self.closed(410):
            return closed
        drafts = self._drafts()
        asked = asked_draft(self.context.request, drafts)
        self.context.fresh(self.right.act, self.place.address(asked.draft) if asked else "")
        if asked is not None and (again := self._resumed(asked)):
            return again
        preset = {name: value[:80] for name, value in self.context.request.query_params.items()}
        marked = self._replace(marks=tuple(marks))
        return marked.drawn(form=self.form(preset=preset), unsent=drafts, lost=asked is not None)

    def closed(self, status: int) -> Response | None:
        """Return the page that says why nothing is taken any more, or None while something may be."""
        reasons = [self.context.words.worded(reason, self.about.programme) for reason in self._gone()]
        return self.drawn(status, self.form(reasons=reasons)) if reasons else None

    @property
    def place(self) -> FormPlace:
        """Return the form by the address of its page."""
        own = form_at(str(self.frame["action"])) if self.shapes else None  # a page with fields of its own
        return own or place_of(self.kind, self.about)

    def keep(self) -> Draft | WhyNot | None:
        """Keep what was typed as a draft of theirs; None when there is nothing to keep."""
        context, sent = self.context, self.sent
        owner = owner_of(context.web, context.account.account)
        assert sent is not None, "only a form that was sent is kept"
        only = self.wanted.typed if self.wanted else None
        pairs = sent.pairs if only is None else [(name, one) for name, values in only.items() for one in values]
        pairs = [pair for pair in pairs if pair[0] not in self.unkept]
        typed, spoilt = typed_pairs(pairs), self.given is not None and GENERAL in self.given.faults
        if owner is None or spoilt or not any(value.strip() for _, value in typed):
            return None
        if context.web.container.log.of_command(str(sent.command_id)):
            return None  # it was carried out meanwhile: nothing is left to be kept
        case = self.about.case
        of = DraftOf(self.place.page, case.case_id if case else "", case.person_id if case else "", sent.expected)
        return kept_quietly(context.web, owner, str(sent.command_id), of, typed, seen=sent.kept)

    def _kept_now(self) -> Response:
        """Return that what was typed is kept: in a line for our own script, or as the form again."""
        context = self.context
        if not context.web.pace.allows(context.account.account, context.web.now()):
            raise TooMany(60)
        kept = self.keep()
        draft = kept if isinstance(kept, Draft) else None
        said = said_of(kept, context.words, self.about.programme.time_zone)
        if context.request.headers.get("accept", "").startswith("application/json"):
            lasts = context.web.sessions.lasts(context.session)
            line = {"said": said, "draft": "", "kept": "", "idle_s": lasts.idle_s, "end_s": lasts.end_s}
            line |= {"draft": draft.draft, "kept": draft.edition} if draft else {}
            return JSONResponse(line, 200 if draft or kept is None else 422)
        return self.drawn(draft=draft, said=said)

    def _dropped(self) -> Response:
        """Throw a draft of theirs away, and offer the form as it is without."""
        context = self.context
        dropped_quietly(context.web, context.account.account, str(context.given.get("drop", "")))
        return go(self.place.page if self.about.case or self.place.page != NEW_CASE else "/cases/new")

    def _resumed(self, draft: Draft) -> Response | None:
        """Return the form as it was left, with what changed of the case since; None when its key is gone."""
        context, typed = self.context, self.context.web.drafts.opened(draft)
        if typed is None:
            return None
        given = read(self.kind, typed, self.about, self.shapes)
        version = context.case.version if self.about.case and draft.of.expected is not None else draft.of.expected
        sent = Sent(UUID(draft.draft), version, "give", typed, draft.edition)
        filling = self._replace(sent=sent, given=given._replace(faults={}))
        back = filling.keep() if draft.sent else draft  # whoever sent it is here: it is a draft like others now
        since = since_version(context, draft.of.expected) if self.about.case else []
        return filling.drawn(
            draft=back if isinstance(back, Draft) else draft, resumed=draft, unsent=(),
            changed=changes_of(context, self.about, since), happened=told_of(context, since) if since else [],
        )  # fmt: skip

    def _drafts(self) -> Sequence[Draft]:
        """Return what this account has kept at this form."""
        return drafts_of(self.context.web, self.context.account.account, self.place.page)

    def drawn(self, status: int = 200, form: Form | None = None, **values: Any) -> Response:
        """Return the page; whoever does not see the case is not stopped by what else happens to it.

        What cannot be carried out now is kept, so that no way back loses it.
        """
        usual: dict[str, Any] = {"helps": {}, "step_up": False, "used": False, "expected": self._expected()}
        usual |= {
            "draft": None,
            "said": "",
            "resumed": None,
            "unsent": (),
            "lost": False,
            "changed": (),
            "happened": [],
        }
        usual |= {"gone": bool(self._gone()), "marks": self.marks}
        usual["command_id"] = self.sent.command_id if self.sent else self.context.new_id()
        usual |= {"place": self.place, "zone": self.about.programme.time_zone}
        if status >= HTTPStatus.BAD_REQUEST and self.sent and not usual["gone"]:
            kept = self.keep()
            usual["draft"] = kept if isinstance(kept, Draft) else None
            usual["command_id"] = UUID(usual["draft"].draft) if usual["draft"] else usual["command_id"]
        shown = usual | values | {"form": form or self.form()}
        return self.context.page("pages/do.html", status, **self.frame, **shown)

    def carried_out(self, **envelope: Any) -> Accepted | Conflict | Response:
        """Carry out what was sent; returns the form again when something is in the way, with everything that is."""
        context, sent = self.context, self.sent
        assert sent is not None, "only a form that was sent is carried out"
        if sent.button == "keep":
            return self._kept_now()
        if sent.button == "drop":
            return self._dropped()
        if sent.button != "give":
            kept = self.keep()
            form = self.form(more_rows=1 if sent.button == ADD_ROW else 0)
            return self.drawn(form=form, draft=kept if isinstance(kept, Draft) else None)
        made = self.made(**envelope)
        if isinstance(made, dict):
            return self.drawn(422, self.form(made))
        if self.about.case and not stays_within(self.right.permit, made, self.about.case, self.about.programme):
            raise NotThere
        if self.right.act in STEP_UP and not context.is_fresh:
            return self.drawn(403, step_up=True)
        return self._submitted(made)

    def made(self, **envelope: Any) -> Command | Faults:
        """Return the command of what was sent, in their name, or everything that is wrong with it."""
        assert self.sent is not None, "only a form that was sent makes a command"
        given = self.wanted or self.given
        assert given is not None, "and read before"
        own = {"actor": self.context.account.account, "mandate": self.right.permit.mandate, **envelope}
        return command_of(self.kind, given, self.about, command_id=self.sent.command_id, **own)

    def _submitted(self, made: Command) -> Accepted | Conflict | Response:
        try:
            answer = carry_out(self.context.web.container.service, as_seen(self.context.reader, made))
        except CommandReused:
            # It may be a form found again by "back" and filled in anew: a new id, and a look at the case as it is.
            assert self.sent is not None, "only a form that was sent is carried out"
            new_id, now = self.context.new_id(), self.context.case.version if self.about.case else self.sent.expected
            anew = self.sent._replace(
                command_id=new_id, expected=now if self.sent.expected is not None else None, kept=""
            )
            return self._replace(sent=anew).drawn(409, used=True)
        if isinstance(answer, Accepted):
            dropped_quietly(self.context.web, made.actor, str(made.command_id))
        return self.refused(answer.reasons) if isinstance(answer, Refused) else answer

    def refused(self, found: Sequence[Reason], status: int = 422) -> Response:
        """Return the form with what is in the way, and the forms that help."""
        reasons = [self.context.words.worded(reason, self.about.programme) for reason in found]
        helps = _helps(self.context, found, reasons) if self.about.case else {}
        return self.drawn(status, self.form(reasons=reasons), helps=helps)

    def _gone(self) -> tuple[Reason, ...]:
        return against_erased(self.kind, self.context.case) if self.about.case else ()

    def _expected(self) -> int | str:
        if self.about.case is not None and self.context.may("case.see") is None:
            return ""
        if self.sent is not None:  # what they saw when they began, however often the page was drawn since
            return "" if self.sent.expected is None else self.sent.expected
        return self.context.case.version if self.about.case is not None else self.frame.get("version", "")


def filling_of(
    context: RequestContext,
    kind: type[Command] | None,
    programme: Programme,
    case: Case | None,
    frame: Callable[[Right], Mapping[str, str]],
) -> Filling:
    """Return the form of a command; raises NotThere when it is not the visitor's to give."""
    right = right_of(context, kind, case, programme) if kind else None
    if kind is None or right is None:
        raise NotThere
    return Filling(context, kind, right, context_of(context, programme, case), frame(right))


def programme_of(context: RequestContext, name: str) -> Programme:
    """Return the programme in force of a name; raises NotThere when the visitor does not work for it."""
    definition = context.web.container.service.definitions.current(name) if name in context.account.programmes else None
    if definition is None or not speaks_for_office(context.account.account, definition.programme):
        raise NotThere
    return definition.programme


def sent_by(context: RequestContext) -> Sent:
    """Return what was sent; raises NotReadable when it is no form of ours."""
    items = list(context.given.multi_items())
    if any(not isinstance(value, str) for _, value in items):
        raise NotReadable(422, "no_files_here")
    pairs = tuple((name, str(value)) for name, value in items)
    named = dict(pairs)
    button = next((name for name in BUTTONS if name in named), "give")
    fields = tuple((name, value) for name, value in pairs if name not in BUTTONS)
    return Sent(id_of(context), _version(named.get("expected", "")), button, fields, named.get("kept", "")[:40])


def context_of(context: RequestContext, programme: Programme, case: Case | None = None) -> FormContext:
    """Return what a form is made in front of."""
    account, colleagues = context.account, tuple(_colleagues(context, programme))
    own = case if context.permit.relation == "partner" else None
    referrals = own_referrals(account.account.partition(":")[0], own, programme) if own else None
    programmes, now = tuple(sorted(account.programmes)), context.web.now()
    whole = case is None or context.may("case.advance") is not None
    return FormContext(context.words, now, account.account, programme, case, colleagues, programmes, referrals, whole)


def right_of(context: RequestContext, kind: type[Command], case: Case | None, programme: Programme) -> Right | None:
    """Return by which right a visitor may give a command, or None."""
    return right_to(context.account, kind, case, programme, context.web.now())


def id_of(context: RequestContext) -> UUID:
    """Return the id a form carries; raises NotReadable when it has none."""
    try:
        return UUID(str(context.given.get("command_id", "")))
    except ValueError:
        raise NotReadable(422, "form_without_id") from None


def _helps(
    context: RequestContext, reasons: Iterable[Reason], worded: Iterable[Worded]
) -> Mapping[int, tuple[tuple[str, str], ...]]:
    """Return for each reason, by its number, the forms that help and that the visitor may use, with their titles."""
    case, programme = context.case.case, context.case.definition.programme
    return {
        number: tuple(
            (help_path(case.case_id, name, reason), context.words.label("command", name))
            for name in helping(reason, said.do)
            if right_of(context, CASE_FORMS[name], case, programme)
        )
        for number, (reason, said) in enumerate(zip(reasons, worded, strict=True))
    }


def _colleagues(context: RequestContext, programme: Programme) -> Iterable[str]:
    """Yield whoever works on cases of a programme: one of them may be the second person."""
    for account in (row.account for row in context.web.accounts.list()):
        if programme.programme in account.programmes and account.roles & _STAFF and not account.closed:
            yield account.account


def _version(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 11 and int(text) < _VERSION_MAX):
        raise NotReadable(422, "version_is_no_number")
    return int(text)
