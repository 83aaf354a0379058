"""What every page with a form does: who fills it in, what was sent with it, and drawing it again with what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple
from uuid import UUID

from fastapi.responses import Response

from console.forms.context import Context
from console.forms.form import Form
from console.forms.given import ADD_ROW
from console.forms.helping import help_path
from console.forms.helping import helping as forms_against
from console.forms.subjects import CASE_FORMS
from console.web.errors import NotReadable, StepUpFirst
from console.web.request_context import RequestContext
from console.words.reasons import Worded
from workflow.case.state import Case
from workflow.command import Command
from workflow.programme.programme import Programme
from workflow.reasons import Reason
from workflow.rights.acts import Act
from workflow.rights.command_rights import Right, own_referrals, right_to

BUTTONS: Final = frozenset({"give", "change", ADD_ROW})
_STAFF: Final = frozenset({"case_manager", "supervisor", "medical", "legal"})
_VERSION_MAX: Final = 2**31


class Sent(NamedTuple):
    """A form as it came: its own id, the version it was made for, which button, and the fields."""

    command_id: UUID
    expected: int | None
    button: str
    pairs: tuple[tuple[str, str], ...]


def sent_by(visitor: RequestContext) -> Sent:
    """Return what was sent; raises NotReadable when it is no form of ours."""
    items = list(visitor.given.multi_items())
    if any(not isinstance(value, str) for _, value in items):
        raise NotReadable(422, "no_files_here")
    pairs = tuple((name, str(value)) for name, value in items)
    named = dict(pairs)
    button = next((name for name in BUTTONS if name in named), "give")
    fields = tuple((name, value) for name, value in pairs if name not in BUTTONS)
    return Sent(_id(named.get("command_id", "")), _version(named.get("expected", "")), button, fields)


def context_of(visitor: RequestContext, programme: Programme, case: Case | None = None) -> Context:
    """Return what a form is made in front of."""
    return Context(
        visitor.words,
        visitor.house.now(),
        visitor.account.account,
        programme,
        case,
        tuple(_colleagues(visitor, programme)),
        tuple(sorted(visitor.account.programmes)),
        _referrals(visitor, programme, case),
    )


def right_of(visitor: RequestContext, kind: type[Command], case: Case | None, programme: Programme) -> Right | None:
    """Return by which right a visitor may give a command, or None."""
    return right_to(visitor.account, kind, case, programme, visitor.house.now())


def is_fresh(visitor: RequestContext, act: Act) -> bool:
    """Tell whether the second factor was given lately enough for an act."""
    try:
        visitor.fresh(act)
    except StepUpFirst:
        return False
    return True


def drawn(visitor: RequestContext, form: Form, status: int, **values: Any) -> Response:
    """Return the page with a form: first offered, or again with everything that was typed."""
    usual = {"deeds": {}, "step_up": False, "used": False, "expected": ""}
    return visitor.page("pages/do.html", status, **{**usual, "form": form, **values})


def helping(
    visitor: RequestContext, reasons: Iterable[Reason], worded: Iterable[Worded]
) -> Mapping[int, tuple[tuple[str, str], ...]]:
    """Return for each reason, by its number, the forms that help and that the visitor may use, with their titles."""
    case, programme = visitor.case.case, visitor.case.definition.programme
    found: dict[int, tuple[tuple[str, str], ...]] = {}
    for number, (reason, said) in enumerate(zip(reasons, worded, strict=True)):
        names = forms_against(reason, said.do)
        may = [name for name in names if right_of(visitor, CASE_FORMS[name], case, programme)]
        found[number] = tuple(
            (help_path(case.case_id, name, reason), visitor.words.label("command", name)) for name in may
        )
    return found


def _colleagues(visitor: RequestContext, programme: Programme) -> Iterable[str]:
    """Yield whoever works on cases of a programme: one of them may be the second person."""
    for row in visitor.house.accounts.list():
        account = row.account
        works_here = programme.programme in account.programmes and account.roles & _STAFF
        if works_here and not account.closed:
            yield account.account


def _referrals(visitor: RequestContext, programme: Programme, case: Case | None) -> frozenset[str] | None:
    if case is None or visitor.permit.relation != "partner":
        return None
    return own_referrals(visitor.account.account.partition(":")[0], case, programme)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotReadable(422, "form_without_id") from None


def _version(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 11 and int(text) < _VERSION_MAX):
        raise NotReadable(422, "version_is_no_number")
    return int(text)
