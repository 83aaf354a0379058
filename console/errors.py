"""What a door says instead of a stack trace.

ConsoleError
├── NoData    there is no data in the folder
├── PortTaken somebody else listens at the port
├── NotShown  too many cases were opened: by this proof of who it is, or by this account
└── BadInput  what was typed cannot be used
    └── CertificateRefused  an erasure does not stand, so no paper is signed
"""


class ConsoleError(Exception):
    """The line says what is wrong and what to do."""


class NoData(ConsoleError):
    """There is no Wayhome data in the folder; `wayhome demo` or `wayhome programme publish moscow` makes some."""


class PortTaken(ConsoleError):
    """The address cannot be listened at; stop what listens there, or name another one with --port."""


class NotShown(ConsoleError):
    """Nothing more is shown: a fresh proof is needed first, or somebody else has to look into what was opened."""

    def __init__(self, sight: str) -> None:
        super().__init__(sight)
        self.sight = sight


class BadInput(ConsoleError):
    """What was typed cannot be used."""


class CertificateRefused(BadInput):
    """Nothing is signed about an erasure that was not decided by two, is not over, or was written by somebody else."""
