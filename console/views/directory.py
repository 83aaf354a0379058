"""Who helps with what, in which languages, where and when. Both doors look it up here."""

from datetime import datetime
from typing import NamedTuple

from console.container import Container
from workflow.programme.programme import Programme
from workflow.subjects.referrals.caseload import Caseload, provider_stream
from workflow.subjects.referrals.definition import Provider
from workflow.subjects.referrals.directory import open_now, providers_of


class Wanted(NamedTuple):
    """What somebody looks for; what is empty narrows nothing."""

    service: str = ""
    language: str = ""
    area: str = ""
    is_open: bool = False


class Listing(NamedTuple):
    """A provider as the directory shows it: open at this moment or not (None: nobody knows), and how full it is."""

    provider: Provider
    is_open: bool | None
    taken: int

    @property
    def is_full(self) -> bool:
        """Tell whether it can take nobody more at present."""
        return self.provider.capacity is not None and self.taken >= self.provider.capacity


def providers_for(programme: Programme, wanted: Wanted, at: datetime) -> list[Provider]:
    """Return the active providers somebody looks for, in the order of the programme file."""
    services = [wanted.service] if wanted.service else {name for one in programme.providers for name in one.services}
    language, area = wanted.language or None, wanted.area or None
    able = {one.id for name in services for one in providers_of(programme, name, language=language, area=area)}
    found = [provider for provider in programme.providers if provider.id in able]
    return open_now(found, at) if wanted.is_open else found


def directory_of(container: Container, programme: Programme, wanted: Wanted, at: datetime) -> tuple[Listing, ...]:
    """Return the directory of a programme with how full each provider is, in one question to the log."""
    found = providers_for(programme, wanted, at)
    loads = container.cases.states([provider_stream(one.id) for one in found]) if found else {}
    rows = ((one, one.hours, loads[provider_stream(one.id)].state or Caseload()) for one in found)
    return tuple(Listing(one, hours.is_open(at) if hours else None, len(load.referrals)) for one, hours, load in rows)


def offers_of(programme: Programme) -> dict[str, tuple[str, ...]]:
    """Return the services, languages and areas of the directory, each once."""
    return {
        what: tuple(dict.fromkeys(name for one in programme.providers for name in getattr(one, what)))
        for what in ("services", "languages", "areas")
    }
