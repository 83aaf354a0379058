"""What an office says to its directory, and how a case sees it afterwards."""

from typing import Any

from handlers.checks.walk import check_log
from handlers.commanding.answers import Accepted, Answer
from handlers.states.case_reader import CaseReader
from tests.kit.offices import Office
from tests.kit.people import BORIS, TAMARA
from tests.kit.roads import (
    bring,
    consents,
    referred,
)
from tests.kit.story import Story, story
from workflow.programme.programme import Programme
from workflow.reasons import Refused
from workflow.subjects.directory.commands import ConfirmEntry
from workflow.subjects.directory.state import directory_stream


def says(office: Office, kind: type[Any], /, of: str, entry: str, actor: str = BORIS, **fields: Any) -> Answer:
    given = {"mandate": "supervisor", "programme": office.programme, "kind": of, "entry": entry} | fields
    return office.submit(kind, actor=actor, **given)


def done(office: Office, kind: type[Any], /, of: str, entry: str, actor: str = BORIS, **fields: Any) -> Accepted:
    """Have something done about an entry: by one, or by two where that is needed."""
    answer = says(office, kind, of, entry, actor=actor, **fields)
    assert isinstance(answer, Accepted), answer
    return confirmed(office, of, entry, answer.proposal, proposer=actor) if answer.proposal else answer


def proposed(office: Office, kind: type[Any], /, of: str, entry: str, **fields: Any) -> str:
    """Have something proposed of an entry, and return under which id it waits."""
    answer = says(office, kind, of, entry, **fields)
    assert isinstance(answer, Accepted), answer
    assert answer.facts == ("DecisionProposed",)
    return answer.proposal


def confirms(
    office: Office, of: str, entry: str, proposal: str, *, actor: str = TAMARA, proposer: str = BORIS
) -> Answer:
    """Have somebody stand behind what was proposed of an entry; both have accounts."""
    for name in (proposer, actor):
        office.has_account(name)
    return says(office, ConfirmEntry, of, entry, actor=actor, proposal_id=proposal, proposer=proposer)


def confirmed(office: Office, of: str, entry: str, proposal: str, *, proposer: str = BORIS) -> Accepted:
    """Have another supervisor stand behind what was proposed of an entry."""
    answer = confirms(office, of, entry, proposal, actor=TAMARA if proposer != TAMARA else BORIS, proposer=proposer)
    assert isinstance(answer, Accepted), answer
    return answer


def refused(answer: Answer) -> tuple[str, ...]:
    assert isinstance(answer, Refused), answer
    return answer.codes


def told(office: Office, kind: type[Any]) -> list[Any]:
    log = office.service.log
    found = [log.fact(event) for event in log.stream(directory_stream(office.programme))]
    return [fact for fact in found if isinstance(fact, kind)]


def as_seen(office: Office, case: Story) -> Programme:
    """Return the programme as a page or a letter about this case has it."""
    (seen,) = CaseReader(office.service.log, office.service.definitions).at_many([case.case_id])
    return seen.definition.programme


def in_moscow(office: Office, **opening: Any) -> Story:
    return consents(story(office, **{"citizenships": ("RU",), "language": "ru"} | opening), "assistance")


def helped_by_new_start(office: Office) -> tuple[Story, str]:
    case = bring(story(office, language="ru"), "care")
    return case, referred(case)


def all_is_well(office: Office) -> None:
    """Every rule that must hold of the whole log holds, with each decision asked again as things stood then."""
    faults = [(one.name, fault) for one in check_log(office.service.log, now=office.now) for fault in one.faults]
    assert faults == []
