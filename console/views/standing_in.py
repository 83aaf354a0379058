"""For whom somebody stood in when they did something to a case: by both histories, the case's and the account's."""

from collections.abc import Iterable, Mapping

from console.views.timeline import TimelineEntry
from events.facts.access import CaseAssigned
from events.facts.intake import CaseOpened
from events.ids import CaseId, case_stream
from events.log import Log
from handlers.projections.accounts import AccountRow
from workflow.case.state import Case


def stood_in_for(
    log: Log, case: Case, entries: Iterable[TimelineEntry], rows: Iterable[AccountRow]
) -> Mapping[int, str]:
    """Return by version of the case whose stand-in did it; what people did as themselves is left out."""
    accounts = {row.account.account: row.account for row in rows if row.account.stands_in}
    by_them = [entry for entry in entries if entry.actor in accounts]
    if not by_them:
        return {}
    owners = _owners(log, case)
    found = {}
    for entry in by_them:
        owner = next((name for since, name in reversed(owners) if since < entry.version), "")
        lasted = (
            one.begins <= entry.recorded_at < one.ends
            for one in accounts[entry.actor].stands_in
            if (one.owner, one.programme) == (owner, case.programme)
        )
        if any(lasted):
            found[entry.version] = owner
    return found


def _owners(log: Log, case: Case) -> list[tuple[int, str]]:
    """Return whose the case was, each from the version after which it was theirs."""
    found = []
    for event in log.of_types(case_stream(CaseId(case.case_id)), ("CaseOpened", "CaseAssigned")):
        fact = log.fact(event)
        assert isinstance(fact, CaseOpened | CaseAssigned)
        found.append((event.envelope.version, fact.owner))
    return found
