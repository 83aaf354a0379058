"""What can go wrong while a command is carried out.

HandlersError
├── ProgrammeUnknown  nobody published a programme of that name
└── Overtaken         other processes kept getting in between; try again
"""


class HandlersError(Exception):
    """The command was not carried out."""


class ProgrammeUnknown(HandlersError):
    """There is no programme of that name here; publish it first with ``wayhome programme publish``."""


class Overtaken(HandlersError):
    """Other processes kept getting in between; nothing was stored, try again."""
