"""The log's tables, the same on SQLite and PostgreSQL. Triggers and roles are in the migrations."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint, text

from events.erasures import ERASED

metadata = MetaData()
_ERASURES = text(f"type IN {ERASED}")


def _texts(*names: str) -> list[Column[str]]:
    return [Column(name, Text, nullable=False) for name in names]


events = Table(
    "events",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("stream", Text, nullable=False),
    Column("version", Integer, nullable=False),
    *_texts("type"),
    Column("type_version", Integer, nullable=False),
    *_texts("occurred_at", "recorded_at", "actor", "mandate", "cause", "command_id", "definition", "body", "sealed"),
    Column("previous", LargeBinary),
    Column("link", LargeBinary),
    Column("leaf", LargeBinary, nullable=False),
    # In the order of the log (events/order.py); absent where an older Wayhome wrote the event.
    Column("answered", LargeBinary),
    Column("place", LargeBinary),
    UniqueConstraint("stream", "version", name="events_stream_version"),
    Index("events_command", "command_id"),
    # By which the database knows whose sealed parts may go.
    Index("events_erasures", "type", "position", sqlite_where=_ERASURES, postgresql_where=_ERASURES),
)

# Apart from the events, because the one thing that may ever be destroyed is the ciphertext of an erased person.
sealed_parts = Table(
    "sealed_parts",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("compartment", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
    Index("sealed_parts_person", "person"),
)

# One row: what the next erasure's word has to hash to on PostgreSQL; empty before the keys first saw the log, and on
# SQLite, where whoever writes the file could take it away (events/erasure_gate.py).
erasure_gate = Table(
    "erasure_gate",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("value", LargeBinary, nullable=False),
)

streams = Table(
    "streams",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    # What only this installation's keys can make of the three (events/head_codes.py).
    Column("mac", LargeBinary, nullable=False, server_default=""),
)

# Command ids never expire: a retry may come after a year of follow-up.
commands = Table(
    "commands",
    metadata,
    Column("command_id", Text, primary_key=True),
    *_texts("digest", "answer"),
)

log_head = Table(
    "log_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    # How many events the chain of places holds, and the last of them: fewer than all while older programs write too.
    Column("placed", BigInteger, nullable=False, server_default="0"),
    Column("place", LargeBinary, nullable=False, server_default=""),
    Column("mac", LargeBinary, nullable=False, server_default=""),  # of the last two
)

# Complete subtrees of two leaves or more (events/merkle.py); the leaves themselves are in the events.
tree = Table(
    "tree",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)

# What the log was, or is about to be, signed for: there is one root for each size.
checkpoints = Table(
    "checkpoints",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    *_texts("at"),
)

checkpoint_signatures = Table(
    "checkpoint_signatures",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("signer", Text, primary_key=True),
    Column("key_id", LargeBinary, primary_key=True),
    Column("signature", LargeBinary, nullable=False),
    *_texts("at"),
    Index("checkpoint_signatures_of", "origin", "signer", "size"),
)

# One row: how often work was begun, and how many events the mark beside the keys covers (events/high_water.py).
high_water = Table(
    "high_water",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("claims", BigInteger, nullable=False),
    Column("noted", BigInteger, nullable=False),
    Column("moved_to", Text, nullable=False, server_default=""),  # another database, when the log goes on there
)
