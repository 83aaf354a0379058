"""Finding who can help: by service, language and area, in the order of the programme file; who came since is last."""

from collections.abc import Collection, Iterable
from datetime import datetime

from workflow.programme.programme import Programme
from workflow.subjects.referrals.definition import Provider


def providers_of(
    programme: Programme, service: str, *, language: str | None = None, area: str | None = None,
    without: Collection[str] = (),
) -> list[Provider]:  # fmt: skip
    """Return the active providers of a service, best match first: language and area are wished for separately."""
    able = [p for p in programme.providers if service in p.services and p.is_offered and p.id not in without]
    able = [p for p in able if language is None or language in p.languages]
    return [p for p in able if area is None or not p.areas or any(_covers(one, area) for one in p.areas)]


def open_now(providers: Iterable[Provider], at: datetime) -> list[Provider]:
    """Return the providers who are open at an instant; whoever names no hours cannot be told to be open."""
    return [provider for provider in providers if provider.hours is not None and provider.hours.is_open(at)]


def _covers(covered: str, area: str) -> bool:
    """Tell whether an area lies in another (Moscow, RU-MOW, in Russia, RU), or is wholly served by it."""
    return area == covered or area.startswith(f"{covered}-")
