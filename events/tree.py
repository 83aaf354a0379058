"""The tree as it is stored: grown from the leaves by whoever seals, read by whoever proves.

Appending pays nothing for it: it is made of the leaves afterwards, and `verify` makes it again and compares.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Connection, and_, bindparam, or_, select

from events.batch import InsertRows
from events.errors import TreeAltered, TreeBehind
from events.merkle import (
    Frontier,
    Node,
    Nodes,
    Span,
    Subtree,
    consistency_proof,
    consistency_spans,
    frontier_subtrees,
    inclusion_proof,
    inclusion_spans,
    subtrees_of,
)
from events.tables import events, log_head, tree

GROWN_AT_ONCE: Final = 8_192  # leaves in one transaction: others write between
_SIZE = select(log_head.c.size)
_LEAVES = (
    select(events.c.leaf)
    .where(events.c.position >= bindparam("begin"), events.c.position < bindparam("end"))
    .order_by(events.c.position)
)
_LEAVES_AT = select(events.c.position, events.c.leaf).where(
    events.c.position.in_(bindparam("positions", expanding=True))
)
_INSERT_NODES = InsertRows(tree)


def log_size(connection: Connection) -> int:
    """Return how many events the log holds."""
    return int(connection.execute(_SIZE).scalar_one())


def root_at(connection: Connection, size: int) -> bytes:
    """Return the root of the tree over the first events; raises TreeBehind when nobody has sealed so far yet."""
    return frontier_at(connection, size).root


def frontier_at(connection: Connection, size: int) -> Frontier:
    """Return how the tree over the first events ends, as it is stored; raises TreeBehind."""
    subtrees = frontier_subtrees(size)
    nodes = nodes_of(connection, subtrees)
    return Frontier(size, tuple(nodes(subtree) for subtree in subtrees))


def inclusion_at(connection: Connection, index: int, size: int) -> list[bytes]:
    """Return the proof that an event is among the first ``size``; raises TreeBehind."""
    return inclusion_proof(index, size, _nodes_for(connection, inclusion_spans(index, size)))


def consistency_between(connection: Connection, first: int, second: int) -> list[bytes]:
    """Return the proof that the log of ``second`` events continues that of ``first``; raises TreeBehind."""
    return consistency_proof(first, second, _nodes_for(connection, consistency_spans(first, second)))


def _nodes_for(connection: Connection, spans: Iterable[Span]) -> Nodes:
    return nodes_of(connection, [subtree for span in spans for subtree in subtrees_of(span)])


def nodes_of(connection: Connection, subtrees: Sequence[Subtree]) -> Nodes:
    """Return the hashes of these subtrees, in two questions; raises TreeBehind when one is not stored."""
    leaves = [subtree.number for subtree in subtrees if subtree.level == 0]
    # Each by itself: a list of pairs would be looked for by SQLite from one end of the tree to the other.
    inner = [and_(tree.c.level == one.level, tree.c.number == one.number) for one in subtrees if one.level]
    found: dict[Subtree, bytes] = {}
    if leaves:
        at = connection.execute(_LEAVES_AT, {"positions": leaves})
        found |= {Subtree(0, position): bytes(leaf) for position, leaf in at}
    if inner:
        rows = connection.execute(select(tree).where(or_(*inner)))
        found |= {Subtree(level, number): bytes(hashed) for level, number, hashed in rows}
    if missing := [subtree for subtree in subtrees if subtree not in found]:
        raise TreeBehind(f"the tree holds no subtree {missing[0].number} of level {missing[0].level}: wayhome seal")
    return found.__getitem__


def grow(connection: Connection, frontier: Frontier, upto: int) -> Frontier:
    """Append the next events' leaves to the tree and return how it ends now, at most GROWN_AT_ONCE leaves further.

    What is stored already is held against what comes out; raises TreeAltered when it is something else.
    """
    end = min(upto, frontier.size + GROWN_AT_ONCE)
    leaves = [bytes(leaf) for (leaf,) in connection.execute(_LEAVES, {"begin": frontier.size, "end": end})]
    if len(leaves) != end - frontier.size:
        raise TreeAltered(f"events are missing between {frontier.size} and {end}: wayhome verify")
    grown, completed = frontier.extended(leaves)
    _store(connection, frontier.size, end, completed)
    return grown


def stored_between(connection: Connection, begin: int, end: int) -> dict[Subtree, bytes]:
    """Return the stored subtrees that end behind one event and not behind another."""
    levels = range(1, max(end, 1).bit_length())
    spans = [(level, begin >> level, end >> level) for level in levels]
    asked = [and_(tree.c.level == level, tree.c.number >= a, tree.c.number < b) for level, a, b in spans if a < b]
    rows = connection.execute(select(tree).where(or_(*asked))) if asked else ()
    return {Subtree(level, number): bytes(hashed) for level, number, hashed in rows}


def _store(connection: Connection, begin: int, end: int, completed: Sequence[Node]) -> None:
    stored = stored_between(connection, begin, end)
    if stored and any(stored.get(node.subtree, node.hash) != node.hash for node in completed):
        raise TreeAltered("the stored tree is not that of the log's events, somebody else wrote it: wayhome verify")
    new = [node for node in completed if node.subtree not in stored] if stored else completed
    _INSERT_NODES.run(connection, [{"level": level, "number": n, "hash": made} for (level, n), made in new])
