"""Putting a programme file into force: by two people, but for the first file of an office that is being set up."""

from collections.abc import Iterator
from typing import Final

from events.facts.office import ProgrammePublished
from events.ids import OFFICE_POLICY
from workflow.command import PublishProgramme
from workflow.programme.loading import check_definition, load_definition
from workflow.reasons import Reason, ReasonKind, refused
from workflow.refusals import ACCOUNT_STANDS, CONFIRMER_MAY, PROGRAMME_IS_THE_FILES, PUBLISHER_MAY
from workflow.registry import SUBJECTS
from workflow.rights.acts import OPERATOR, Acts
from workflow.rights.table import permit
from workflow.situation import Decision, OfficeSituation, StreamFact
from workflow.subject import OfficeRule, TwoPeople
from workflow.subjects.accounts import refusals
from workflow.subjects.accounts.state import is_founding, register_of, seconds_from

HOOKS: Final = tuple(subject.published for subject in SUBJECTS if subject.published is not None)


def publish(command: PublishProgramme, situation: OfficeSituation) -> Decision:
    """Return that a programme file is in force; the same file again changes nothing. Raises ProgrammeFaulty."""
    definition = load_definition(command.text)
    name = definition.programme.programme
    if name != command.programme:
        return refused(PROGRAMME_IS_THE_FILES(file=name, given=command.programme))
    if is_founding(situation) and needs_two(command, situation):
        return refused(refusals.SECOND_OFFICER_IS_THERE())
    published: ProgrammePublished | None = situation.states.get(command.stream)
    if published is not None and published.definition == definition.hash:
        return []
    check_definition(command.text)
    fact = ProgrammePublished(programme=name, definition=definition.hash, text=command.text, **situation.two)
    follows = (told for hook in HOOKS for told in hook.follows(definition.programme, situation))
    return [StreamFact(command.stream, fact), *follows]


def needs_two(command: PublishProgramme, situation: OfficeSituation) -> bool:
    """Tell whether two people stand behind it: always, once there are two officers."""
    return not (command.mandate == OPERATOR and is_founding(situation))


def against_publisher(
    command: PublishProgramme, situation: OfficeSituation, name: str, acts: Acts, may: ReasonKind
) -> Iterator[Reason]:
    """Yield why an account does not count as one of two: it is closed, or has not the right for this programme.

    The data-protection officer watches over every programme, also over one nobody has published yet.
    """
    standing = register_of(situation).get(name)
    if standing is None or not standing.is_open:
        yield ACCOUNT_STANDS(account=name)
        return
    theirs = command.programme in standing.account.programmes or standing.has("data_protection")
    if not theirs or not any(permit(standing.account, act, None, None, situation.now) for act in acts):
        yield PUBLISHER_MAY(account=name) if may is CONFIRMER_MAY else may(account=name)
    elif "programmes.publish" not in acts and (ready := seconds_from(standing, situation)):
        yield refusals.OFFICER_IS_NEW(account=name, until=ready)


def streams_of(command: PublishProgramme) -> tuple[str, ...]:
    """Return the streams a publication looks at, those too in which subjects settle it; raises ProgrammeFaulty."""
    programme = load_definition(command.text).programme
    return (command.stream, OFFICE_POLICY, *(stream for hook in HOOKS for stream in hook.streams(programme)))


PUBLISHING: Final = OfficeRule(
    PublishProgramme,
    publish,
    streams_of,
    TwoPeople(when=needs_two, thing=("programme",), confirmed_by=("programmes.confirm",)),
    against_publisher,
)
