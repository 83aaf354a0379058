"""I1 to I4: every acknowledged command once, no gaps, nothing changed since it was written, and tables say the same."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson

from events.envelope import RecordedEvent
from events.tables import commands
from handlers.checks.check_results import Acknowledgement, CheckResult, InvariantCheck, WalkEnd
from handlers.checks.derived_rows import COMPARED, RowDifference, differences, implied_rows

# What the log's own proof finds that is another check's to say.
_GAPS: Final = frozenset({"position", "version", "head"})
_COMMANDS: Final = frozenset({"command"})
_ERASURES: Final = frozenset({"erasure"})
Answers = Mapping[str, Mapping[str, Any]]  # by command


class CommandsCheck(InvariantCheck):
    """I1: what was acknowledged is in the log exactly once, and nothing is there that nobody asked for."""

    name, title = "I1", "every command once"

    def __init__(self, acknowledged: Iterable[Acknowledgement] | None) -> None:
        super().__init__()
        self._acknowledged = None if acknowledged is None else tuple(acknowledged)
        self._facts: dict[str, list[str]] = defaultdict(list)
        self._versions: dict[tuple[str, str], int] = {}

    def take(self, event: RecordedEvent) -> None:
        """Note which command an event belongs to."""
        envelope = event.envelope
        self._facts[envelope.command_id].append(envelope.type)
        self._versions[envelope.command_id, envelope.stream] = envelope.version
        self.count("events")

    def end(self, end: WalkEnd) -> None:
        """Compare commands, their facts and what clients were told."""
        answers: Answers = {row["command_id"]: orjson.loads(row["answer"]) for row in end.rows[commands]}
        self.count("commands", len(answers))
        for command_id, answer in answers.items():
            self._stored(command_id, answer)
        for finding in end.report.findings:
            if finding.code in _COMMANDS:
                self.fault(finding.text)
        if self._acknowledged is not None:
            for ack in self._acknowledged:
                self._told(ack, answers.get(ack.command_id))
            told = {ack.command_id for ack in self._acknowledged}
            self.count("acknowledged", len(told))
            self.count("unacknowledged", len(answers.keys() - told))

    def _stored(self, command_id: str, answer: Mapping[str, Any]) -> None:
        found = self._facts.get(command_id, [])
        if found != answer["facts"]:
            self.fault(f"command {command_id} answered {answer['facts']}, the log holds {found}")
        version = self._versions.get((command_id, f"case:{answer['case']}"))
        if version is not None and version != answer["version"]:
            self.fault(f"command {command_id} answered version {answer['version']}, the log holds {version}")

    def _told(self, ack: Acknowledgement, answer: Mapping[str, Any] | None) -> None:
        if answer is None:
            self.fault(f"command {ack.command_id} was acknowledged and is not in the log")
            return
        if ack.version is not None and ack.version != answer["version"]:
            self.fault(f"command {ack.command_id} was told version {ack.version}, stored is {answer['version']}")
        if ack.facts is not None and list(ack.facts) != answer["facts"]:
            self.fault(f"command {ack.command_id} was told {list(ack.facts)}, stored is {answer['facts']}")


class GapsCheck(InvariantCheck):
    """I2: global positions and the versions of every stream have no gap."""

    name, title = "I2", "no gaps in positions and versions"

    def end(self, end: WalkEnd) -> None:
        """Take over what the log's proof found about numbers."""
        self.count("events", end.report.events)
        self.count("streams", end.report.streams)
        for finding in end.report.findings:
            if finding.code in _GAPS:
                self.fault(finding.text)


class ProofCheck(InvariantCheck):
    """I3: leaves recompute, streams continue, ciphertexts are those that were stored."""

    name, title = "I3", "the log is as it was written"

    def end(self, end: WalkEnd) -> None:
        """Take over what the log's proof found about content."""
        self.count("leaves", end.report.events)
        self.count("parts erased", end.report.missing_parts)
        for finding in end.report.findings:
            if finding.code not in _GAPS | _COMMANDS | _ERASURES:
                self.fault(finding.text)
        if end.report.more:
            self.fault(f"and {end.report.more} findings more")


class ReadModelsCheck(InvariantCheck):
    """I4: the case board, the work list, beds, accounts, tasks and timers say what the log says."""

    name, title = "I4", "tables equal a replay"

    def __init__(self) -> None:
        super().__init__()
        self._differences: list[RowDifference] = []

    def end(self, end: WalkEnd) -> None:
        """Compare every row with what the log implies."""
        for fault in end.unreadable:
            self.fault(fault)
        try:
            implied = implied_rows(end.replay)
        except KeyError as unknown:
            self.fault(f"a case runs under definition {unknown.args[0]}, which nobody published")
            return
        for table in COMPARED:
            self.count(f"rows of {table}", len(end.rows[table]))
            for found in differences(table, implied[table], end.rows[table]):
                self._differences.append(found)
                self.fault(found.text)

    def result(self) -> CheckResult:
        """Return what it came to, with each value that is different."""
        return super().result()._replace(differences=tuple(self._differences))
