"""I12: what two people decide carries two acts of two accounts, each of which might at that moment."""

from typing import Any, Final, NamedTuple

from events.facts import catalogue
from events.facts.accounts import AccountOpened
from events.facts.attachments import FileRetracted
from events.facts.corrections import CitizenshipsCorrected, RecordRetracted
from events.facts.decisions import DecisionConfirmed, DecisionProposed
from events.facts.directory import EntryChanged, EntryListed, EntryResumed, EntryStopped, ResumptionProposed
from events.facts.journey import StageEntered
from events.facts.office import HistoryVouchedFor, ProgrammePublished, SigningKeyReplaced
from events.facts.safety import RiskAssessed
from events.ids import OFFICE_DECISIONS, account_stream, case_of_stream
from events.instants import instant
from handlers.checks.check_results import InvariantCheck, ObservedEvent, WalkEnd, sees
from handlers.checks.entry_acts import DIRECTORY, EntryActs
from handlers.checks.two_officers import BY_TWO_OFFICERS, OfficerRights, was_done_alone
from handlers.projections.replay import Replay
from workflow.case.retraction import records_of
from workflow.case.state import Case
from workflow.decide import RULES
from workflow.retracting import is_retracted_alone
from workflow.rights.acts import OPERATOR, Acts
from workflow.rights.table import permit
from workflow.subjects.accounts.state import is_short_of_officers
from workflow.subjects.attachments.decisions import is_own_slip
from workflow.subjects.attachments.state import attachments_of
from workflow.subjects.safety.commands import AssessRisk
from workflow.subjects.safety.state import HIGH, is_at_high_risk
from workflow.subjects.travel.state import travel_of
from workflow.two_people import pins_of

_OF_CASES: Final = {kind.__name__: rule for kind, rule in RULES.items() if rule.two_people is not None}

# Whatever two people may have decided says who proposed it, and where; which facts these are, the catalogue says.
_DECIDED: Final = tuple(
    shape.fact for shape in catalogue().shapes.values() if {"second", "proposal"} <= shape.fact.model_fields.keys()
)


class _Proposal(NamedTuple):
    """Who proposed what by which command, and by whom it was confirmed."""

    actor: str
    command_id: str
    fact: DecisionProposed
    confirmed: str = ""  # the command that did


class TwoPeopleCheck(InvariantCheck):
    """I12: one account proposes, another confirms by a command of its own, and what follows is what was proposed."""

    name, title = "I12", "what two people decide was done by two"

    def __init__(self, replay: Replay) -> None:
        super().__init__()
        self._replay = replay
        self._proposals: dict[tuple[str, str], _Proposal] = {}
        self._officers = OfficerRights(replay)
        self._two_officers_since_founding = False
        self._entries = EntryActs(replay)

    @sees(DecisionProposed)
    def _on_proposal(self, fact: DecisionProposed, seen: ObservedEvent) -> None:
        self.count("proposals")
        said = seen.event.envelope
        rule = (BY_TWO_OFFICERS if seen.stream == OFFICE_DECISIONS else _OF_CASES).get(fact.command)
        self._proposals[seen.stream, fact.proposal_id] = _Proposal(said.actor, said.command_id, fact)
        self.demand(said.mandate != OPERATOR, f"{seen.at}: proposed by somebody who had not signed in")
        named = rule is not None and rule.two_people is not None and fact.confirmed_by == rule.two_people.confirmed_by
        self.demand(named, f"{seen.at}: {fact.command} is not confirmed in this way")

    @sees(DecisionConfirmed)
    def _on_confirmation(self, fact: DecisionConfirmed, seen: ObservedEvent) -> None:
        self.count("confirmed")
        said, known = seen.event.envelope, self._proposals.get((seen.stream, fact.proposal_id))
        if known is None or known.confirmed:
            self.fault(f"{seen.at}: confirms what was not proposed, or was confirmed before")
            return
        self._proposals[seen.stream, fact.proposal_id] = known._replace(confirmed=said.command_id)
        two = known.actor != said.actor and known.command_id != said.command_id and fact.proposer == known.actor
        self.demand(two, f"{seen.at}: is not confirmed by another than who proposed it, in an act of their own")
        self.demand(said.mandate != OPERATOR, f"{seen.at}: confirmed by somebody who had not signed in")
        late = instant(said.recorded_at) >= known.fact.expires_at
        self.demand(not late, f"{seen.at}: confirmed after it had run out")
        if seen.stream == OFFICE_DECISIONS:
            self._faults += [f"{seen.at}: {fault}" for fault in self._officers.faults(known.fact, seen, known.actor)]
            return
        rule = _OF_CASES.get(known.fact.command)
        self._may(said.actor, rule.two_people.confirmed_by if rule and rule.two_people else (), seen)
        self._may(known.actor, rule.command.acts if rule else (), seen)

    @sees(ResumptionProposed, EntryStopped)
    def _on_older_resumption(self, fact: ResumptionProposed | EntryStopped, seen: ObservedEvent) -> None:
        self._faults += self._entries.on(fact, seen)

    @sees(HistoryVouchedFor, SigningKeyReplaced)
    def _on_word_of_officers(self, fact: HistoryVouchedFor | SigningKeyReplaced, seen: ObservedEvent) -> None:
        said = seen.event.envelope
        if fact.second:
            two = fact.second != said.actor and said.mandate != OPERATOR
            self.demand(two, f"{seen.at}: is not the word of two who had signed in")
        elif not is_short_of_officers(self._officers.situation(seen, (seen.stream, None))):
            self._on_older_house(seen)

    @sees(ProgrammePublished)
    def _on_publication(self, _fact: ProgrammePublished, seen: ObservedEvent) -> None:
        self._entries.published(seen)

    @sees(*_DECIDED)
    def _on_decision(self, fact: Any, seen: ObservedEvent) -> None:
        if isinstance(fact, EntryResumed):
            self.count("resumed")
        of_a_case = case_of_stream(seen.stream) is not None
        if fact.proposal:
            own = of_a_case or seen.stream.startswith(DIRECTORY)
            self._demand_proposal(fact, seen, seen.stream if own else OFFICE_DECISIONS)
        elif isinstance(fact, EntryListed | EntryChanged | EntryResumed):
            self._faults += self._entries.faults_of_one(fact, seen, has_proposals=self._in_directories())
        elif isinstance(fact, RecordRetracted | CitizenshipsCorrected | FileRetracted) and not fact.second:
            self._on_act_of_one(fact, seen)
        elif of_a_case:
            self._on_typed_name(fact, seen)
        else:
            self._on_house_decision_of_one(fact, seen)

    def _in_directories(self) -> bool:
        return any(stream.startswith(DIRECTORY) for stream, _ in self._proposals)

    def _on_act_of_one(
        self, fact: RecordRetracted | CitizenshipsCorrected | FileRetracted, seen: ObservedEvent
    ) -> None:
        """Demand that what one person may do alone was just that: their own slip, or nothing rested on it yet."""
        case = seen.before
        if isinstance(fact, CitizenshipsCorrected):
            declared = case is None or travel_of(case).destination != ""
            self.demand(not declared, f"{seen.at}: a declared return rests on it, and two people did not correct it")
        elif isinstance(fact, FileRetracted):
            self._on_file_of_one(fact, seen)
        else:
            self._on_record_of_one(fact, seen)

    def _on_file_of_one(self, fact: FileRetracted, seen: ObservedEvent) -> None:
        said, case = seen.event.envelope, seen.before
        file = attachments_of(case).live.get(fact.file_id) if case is not None else None
        own = file is not None and is_own_slip(file, said.actor, instant(said.recorded_at))
        own = own and said.mandate != OPERATOR
        self.demand(own, f"{seen.at}: takes a file away that was not their own, and two people did not")

    def _on_record_of_one(self, fact: RecordRetracted, seen: ObservedEvent) -> None:
        said, case = seen.event.envelope, seen.before
        told = records_of(case).standing.get(fact.record) if case is not None else None
        now = instant(said.recorded_at)
        own = case is not None and told is not None and is_retracted_alone(case, told, said.actor, now)
        own = own and said.mandate != OPERATOR and told is not None and (told.of, told.by) == (fact.of, fact.by)
        self.demand(own, f"{seen.at}: retracts what was not their own, and two people did not")

    def _on_house_decision_of_one(self, fact: Any, seen: ObservedEvent) -> None:
        self._two_officers_since_founding |= isinstance(fact, AccountOpened) and fact.founding
        now = self._officers.situation(seen, (seen.stream, seen.before))
        if not was_done_alone(fact, seen, now):
            self._on_older_house(seen)

    def _on_older_house(self, seen: ObservedEvent) -> None:
        """Count what one officer decided by an older version; where two officers founded the house, there is none."""
        proposed = any(stream == OFFICE_DECISIONS for stream, _ in self._proposals)
        if self._two_officers_since_founding or proposed:
            self.fault(f"{seen.at}: was decided by one, and takes two officers")
        self.count("older decisions of one officer")

    def _demand_proposal(self, fact: Any, seen: ObservedEvent, stream: str) -> None:
        said, known = seen.event.envelope, self._proposals.get((stream, fact.proposal))
        if known is None or known.confirmed != said.command_id or fact.second != known.actor:
            self.fault(f"{seen.at}: names a proposal that nobody confirmed by this command")
        elif pins_of(known.fact.given, [fact]) != known.fact.pins:
            self.fault(f"{seen.at}: is not what was proposed")

    def _on_typed_name(self, fact: Any, seen: ObservedEvent) -> None:
        """Count what older versions recorded; once there are proposals, a name that was typed is nobody's act."""
        if isinstance(fact, StageEntered) and not fact.second:
            return  # a step that one person takes; I8 asks its guards
        if isinstance(fact, RiskAssessed) and not fact.second:
            self._on_assessment_of_one(fact, seen)
            return
        if any(case_of_stream(stream) is not None for stream, _ in self._proposals):
            self.fault(f"{seen.at}: rests on a typed name, and not on a proposal")
        self.count("older facts that rest on a typed name")

    def _on_assessment_of_one(self, fact: RiskAssessed, seen: ObservedEvent) -> None:
        """Find a high risk that one person lowered, in a log where that is proposed; earlier, one person did it."""
        before = seen.before if isinstance(seen.before, Case) else None
        is_less = before is not None and is_at_high_risk(before) and fact.level != HIGH
        by_two = seen.definition is not None and seen.definition.programme.policies.two_lower_high_risk
        proposed = any(one.fact.command == AssessRisk.__name__ for one in self._proposals.values())
        self.demand(not (is_less and by_two and proposed), f"{seen.at}: a high risk is lowered by one person")
        self.demand(not fact.lowers, f"{seen.at}: lowers a high risk and names no proposal")

    def end(self, end: WalkEnd) -> None:
        """Look at what the directories were told of programme files."""
        del end
        self._faults += self._entries.faults_of_files()

    def _may(self, name: str, acts: Acts, seen: ObservedEvent) -> None:
        """Demand an open account that had one of these rights on the case at this moment."""
        kept = self._replay.states.get(account_stream(name))
        programme = seen.definition.programme if seen.definition else None
        now = instant(seen.event.envelope.recorded_at)
        account = kept.state.account if kept is not None and kept.state is not None else None
        case = seen.before if isinstance(seen.before, Case) else None
        may = account is not None and any(permit(account, act, case, programme, now) for act in acts)
        self.demand(may, f"{seen.at}: {name} had no open account that might do this then")
