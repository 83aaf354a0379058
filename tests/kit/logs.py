"""Small histories for tests: who says what, and processes that write them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from events.catalogue import Fact
from events.database import Database, owner_engine
from events.errors import StreamMoved
from events.facts import catalogue
from events.facts.intake import CaseLinked, CaseOpened, NoteAdded
from events.keys import FileKeys, MemoryKeys
from events.log import Log
from events.schema import migrate
from events.world import SystemEntropy
from events.writing import EventMetadata, Writing

TABLES = (
    "events", "sealed_parts", "streams", "commands", "log_head", "tree", "checkpoints", "checkpoint_signatures",
)  # fmt: skip
CASE = "case:7K3P9-QXM2D"
OTHER = "case:8M4QA-RYN3E"
PERSON = "P-7K3P9-QXM2D"
LINKED = CaseLinked(next_case="8M4QA-RYN3E")
SECRET_NAME = "Oksana Unmistakable"
SECRET_STORY = "a story nobody else may read"
OPENED = CaseOpened(
    case_id="7K3P9-QXM2D", person_id=PERSON, programme="way-home", source="hotline", stage="reported",
    citizenships=("UA",), name=SECRET_NAME, phone="+380441234567", story=SECRET_STORY,
)  # fmt: skip
NOTE = NoteAdded(person_id=PERSON, note=SECRET_STORY)


def said(writing: Writing, command_id: str | None = None) -> EventMetadata:
    return EventMetadata(command_id or str(uuid4()), "worker:anna", "case-work", "command:Test", writing.now, "d" * 64)


def tell(log: Log, *told: tuple[str, Fact], command_id: str | None = None) -> int:
    """Writes facts as one command and returns the position of the first."""
    with log.writing() as writing:
        writing.lock({stream for stream, _ in told})
        who = said(writing, command_id)
        for stream, fact in told:
            writing.append(stream, fact, who)
        writing.remember(who.command_id, "digest", "{}")
    return writing.base


def small_history(log: Log) -> None:
    """Writes eight events in six writes: linked streams, sealed parts, two commands in one write."""
    tell(log, (CASE, OPENED))
    tell(log, (CASE, LINKED), (OTHER, LINKED))
    tell(log, (CASE, NOTE))
    with log.writing() as writing:
        writing.lock([CASE, OTHER])
        first, second = said(writing), said(writing)
        writing.append(CASE, LINKED, first)
        writing.append(OTHER, LINKED, second)
        writing.remember(first.command_id, "digest", "{}")
        writing.remember(second.command_id, "digest", "{}")
    tell(log, ("fund:eu", LINKED))
    tell(log, (OTHER, NOTE))


def a_log(url: str) -> Log:
    chance = SystemEntropy()
    return Log(Database(url, pool=2), catalogue(), MemoryKeys(chance), chance)


def write_again_and_again(url: str, writer: int, writes: int) -> None:
    """What a writing process does: writes to a stream of its own and to one all share."""
    log = a_log(url)
    for number in range(writes):
        told = [(f"case:{writer}", LINKED), ("fund:shared", LINKED)] if number % 2 else [(f"case:{writer}", LINKED)]
        while True:
            try:
                tell(log, *told, command_id=f"{writer}-{number}")
                break
            except StreamMoved:
                continue
    log.database.close()


def make_key(path: str, owner: tuple[str, str]) -> bytes:
    keys = FileKeys(Path(path), SystemEntropy())
    key = keys.ensure([owner])[owner]
    keys.close()
    return key


def prepare_at(url: str) -> None:
    migrate(Database(url))


def refusal(database: Database, statement: str) -> str:
    """What the owner of the tables is told when the statement is refused, or nothing when it is carried out."""
    engine = owner_engine(database.url)
    try:
        with engine.begin() as connection:
            connection.execute(text(statement))
    except DBAPIError as problem:
        return str(problem.orig)
    finally:
        engine.dispose()
    return ""


def lower_the_fences(connection: Connection, tables: Sequence[str]) -> None:
    """Takes away, in this transaction, the triggers that keep even the owner from changing what happened."""
    if connection.dialect.name == "postgresql":
        for table in tables:
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        return
    for (trigger,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.exec_driver_sql(f"DROP TRIGGER {trigger}")


@contextmanager
def tampered(database: Database) -> Iterator[Connection]:
    """A connection of the owner with the fences down; everything done on it is undone at the end."""
    engine = owner_engine(database.url)
    try:
        with engine.connect() as connection:
            lower_the_fences(connection, TABLES)
            yield connection
            connection.rollback()
    finally:
        engine.dispose()
