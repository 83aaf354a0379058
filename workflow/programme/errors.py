"""What can go wrong with the rules themselves.

WorkflowError
├── ProgrammeFaulty    a programme file has faults; all of them are listed with their lines
└── UnknownDefinition  a case runs under a definition this store has never seen published
"""

from typing import NamedTuple


class ProgrammeFault(NamedTuple):
    """One fault of a programme file and where it is."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}"


class WorkflowError(Exception):
    """The rules could not be used."""


class ProgrammeFaulty(WorkflowError):
    """A programme file has faults; mend them all and check again with ``wayhome programme check``."""

    def __init__(self, faults: tuple[ProgrammeFault, ...]) -> None:
        super().__init__(f"{len(faults)} faults: " + "; ".join(str(fault) for fault in faults))
        self.faults = faults


class UnknownDefinition(WorkflowError):
    """A case runs under a programme definition that is not in this log."""
