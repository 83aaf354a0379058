"""What a proof of the log finds: values with a place, as many as an auditor can read, and how many more there are."""

from typing import Any, Final, NamedTuple

FINDINGS_MAX: Final = 1000


class Whereabouts(NamedTuple):
    """Which event is meant: its position in the log, its stream and its version there."""

    position: Any
    stream: Any
    version: Any

    def __str__(self) -> str:
        return f"event {self.position} ({self.stream}@{self.version})"


class ProofFinding(NamedTuple):
    """One thing that is not as it was written; position, stream and version are None where they cannot be named."""

    position: int | None
    code: str
    text: str
    stream: str | None = None
    version: int | None = None


class Findings:
    """Gathers findings up to a number, and counts the others."""

    def __init__(self) -> None:
        self.listed: list[ProofFinding] = []
        self.more = 0

    def at(self, where: Whereabouts, code: str, what: str) -> None:
        """Note what is wrong with an event."""
        self.note(ProofFinding(where.position, code, f"{where}: {what}", where.stream, where.version))

    def beside(self, position: int | None, code: str, text: str) -> None:
        """Note what is wrong where no event of the log stands."""
        self.note(ProofFinding(position, code, text))

    def note(self, finding: ProofFinding) -> None:
        """Keep a finding, or only count it when there are too many."""
        if len(self.listed) < FINDINGS_MAX:
            self.listed.append(finding)
        else:
            self.more += 1
