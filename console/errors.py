"""What a door says instead of a stack trace.

ConsoleError
├── NoData    there is no data in the folder
├── PortTaken somebody else listens at the port
└── BadInput  what was typed cannot be used
"""


class ConsoleError(Exception):
    """The line says what is wrong and what to do."""


class NoData(ConsoleError):
    """There is no Wayhome data in the folder; `wayhome demo` or `wayhome programme publish moscow` makes some."""


class PortTaken(ConsoleError):
    """The address cannot be listened at; stop what listens there, or name another one with --port."""


class BadInput(ConsoleError):
    """What was typed cannot be used."""
