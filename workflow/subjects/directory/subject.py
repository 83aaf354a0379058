"""The directory: what the engine is told of it."""

from typing import Final

from workflow.subject import Aggregate, PublicationHook, Subject, commands_in
from workflow.subjects.directory import commands
from workflow.subjects.directory.by_two import RULES
from workflow.subjects.directory.published import published, streams_of
from workflow.subjects.directory.state import evolve

SUBJECT: Final = Subject(
    stem="directory",
    commands=commands_in(commands),
    rules=RULES,
    aggregates=(Aggregate("directory", evolve),),
    published=PublicationHook(streams_of, published),
)
