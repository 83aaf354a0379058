"""The views' own values as shapes of JSON, made from their fields: pages and API cannot say different things."""

import types
from collections.abc import Mapping
from functools import cache
from inspect import cleandoc
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, BeforeValidator, ConfigDict, create_model

from console.words.reasons import typed
from events.money import Money
from workflow import reasons

_SEVERAL: Mapping[Any, Any] = {Union: Union, types.UnionType: Union, tuple: tuple}
# Programs were made by these names of the API's description, so they stay, whatever a view is called by now.
KNOWN_AS: Mapping[str, str] = {
    "BedView": "Place", "CallBackDue": "CallBack", "EmergencyAccess": "Glass", "HousingRecord": "Stay",
    "ItemDescription": "Thing",
    "LogLine": "Line", "ReferralRow": "Row", "ReferralToAnswer": "Answer", "SuggestedAction": "Deed",
    "TimelineEntry": "Entry",
}  # fmt: skip
_CONFIG = ConfigDict(from_attributes=True, frozen=True)


@cache
def shape_of(view: type, *without: str) -> Any:
    """Return the shape of a view: an object with its fields, but for those that are not for programs."""
    hints = {name: hint for name, hint in get_type_hints(view).items() if name not in without}
    fields: dict[str, Any] = {name: (_shape(hint), ...) for name, hint in hints.items()}
    said = " ".join(cleandoc(view.__doc__ or "").partition("\n\n")[0].split())
    name = KNOWN_AS.get(view.__name__, view.__name__)
    return create_model(name, __config__=_CONFIG, __doc__=said, __module__=view.__module__, **fields)


class Reason(BaseModel):
    """One guard's answer when it says no."""

    model_config = _CONFIG

    code: str
    text: str
    help: str
    looked_at: list[tuple[str, str]]


def _told(reason: reasons.Reason) -> Reason:
    said = typed(reason)
    return Reason(code=reason.code, text=said.text, help=said.help, looked_at=list(reason.looked_at))


def _shape(hint: Any) -> Any:
    if hint is reasons.Reason:
        return Annotated[Reason, BeforeValidator(_told)]
    if isinstance(hint, type) and issubclass(hint, tuple) and hasattr(hint, "_fields"):
        return shape_of(hint)
    # A whole programme file or account inside a view is for our templates; programs are told what is meant for them.
    assert not (isinstance(hint, type) and issubclass(hint, BaseModel)) or hint is Money, f"{hint} is no plain value"
    origin, inner = get_origin(hint), get_args(hint)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return dict[str, _shape(inner[1])]  # type: ignore[misc]
    if origin is frozenset or inner[1:] == (Ellipsis,):
        return list[_shape(inner[0])]  # type: ignore[misc]
    if origin in _SEVERAL:
        return _SEVERAL[origin][tuple(_shape(one) for one in inner)]
    return hint


class Asked(BaseModel):
    """What a program sends: nothing else is in it, and what was sent is repeated nowhere."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Answer(BaseModel):
    """What an answer is made of besides views."""

    model_config = _CONFIG
