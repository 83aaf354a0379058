"""What a door says instead of a stack trace.

ConsoleError
├── NoData    there is no data in the folder
└── BadInput  what was typed cannot be used
"""


class ConsoleError(Exception):
    """The line says what is wrong and what to do."""


class NoData(ConsoleError):
    """There is no Wayhome data in the folder; `wayhome demo` or `wayhome programme publish moscow` makes some."""


class BadInput(ConsoleError):
    """What was typed cannot be used."""
