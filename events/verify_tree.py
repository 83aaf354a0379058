"""Holds the tree and what was signed of it to the leaves, page by page of the walk in ``events.verify``.

The tree is made again from the leaves. A head is compared whether it stands in the database, beside the keys, or was
brought by somebody who kept it: the last two are what shows a history written anew as a whole, or cut off.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection

from events.checkpoints import noted_outside, verifier_of
from events.errors import NoteRefused
from events.findings import Findings
from events.heads_noting import HEADS_STREAM, heads_at
from events.keys import Keys
from events.merkle import Frontier, Subtree
from events.notes import Checkpoint, Note, NoteSignature, VerifierKey, is_signed
from events.verify_beside import Ask

_HEADS: Final = "SELECT c.origin, c.size, c.root FROM checkpoints c ORDER BY c.size, c.origin"
_LINES: Final = "SELECT s.origin, s.size, s.signer, s.key_id, s.signature FROM checkpoint_signatures s"
_GROWN: Final = "SELECT t.number FROM tree t WHERE t.level = 1 ORDER BY t.number DESC LIMIT 1"
_NODES: Final = "SELECT t.level, t.number, t.hash FROM tree t WHERE {}"
_OF_LEVEL: Final = "(t.level = {} AND t.number >= {} AND t.number < {})"
# A subtree that does not end before the log does, or is of no level there is.
_BEYOND: Final = (
    "SELECT t.level, t.number FROM tree t WHERE t.level < 1 OR t.level > 62 "
    "OR t.number >= (CAST({} AS BIGINT) >> t.level) LIMIT {}"
)
_BEYOND_MAX: Final = 100
_OUTSIDE: Final = "the checkpoint noted beside the keys"
_STORED: Final = "the stored checkpoint"
_NOTED: Final = "SELECT e.position, e.body FROM events e WHERE e.stream = {} ORDER BY e.version DESC LIMIT 1"


class ExpectedHead(NamedTuple):
    """A head the log is held to, and who says so."""

    checkpoint: Checkpoint
    said_by: str


class TreeBeside:
    """The tree of a walk: grows with its events, and is compared with what is stored and what was signed."""

    def __init__(
        self,
        ask: Ask,
        findings: Findings,
        keys: Keys | None,
        kept: Sequence[Checkpoint] = (),
        *,
        keys_of_that_day: bool = True,
    ) -> None:
        self.checkpoints = 0
        # What may be of more events than there are.
        self._past_the_end = frozenset[str]() if keys_of_that_day else frozenset({_OUTSIDE})
        self._ask = ask
        self._findings = findings
        self._frontier = Frontier()
        self._whole = True  # as long as every event had a leaf that can be hashed
        grown = ask(_GROWN)
        self._grown = 2 * (grown[0][0] + 1) if grown else 0
        self._expected = self._read_heads(keys, kept)
        self._grown = max([self._grown, *(size for size, heads in self._expected.items() if _any_stored(heads))])
        self._told: set[str] = set()  # one place is named, not all that follow from it

    @property
    def root(self) -> bytes | None:
        """Return the root over everything walked so far; None when a leaf was no hash."""
        return self._frontier.root if self._whole else None

    def take(self, leaves: Sequence[Any]) -> None:
        """Grow by the leaves of a page and compare every subtree that is complete now, and every head on the way."""
        if not self._whole:
            return
        if not all(isinstance(leaf, bytes) and len(leaf) == 32 for leaf in leaves):
            self._whole = False  # the walk says which event that is
            return
        begin, end = self._frontier.size, self._frontier.size + len(leaves)
        made: dict[Subtree, bytes] = {}
        for size in [*sorted(size for size in self._expected if begin < size < end), end]:
            here = self._frontier.size - begin
            self._frontier, completed = self._frontier.extended(leaves[here : size - begin])
            made.update(completed)
            self._compare_heads(size)
        self._compare_nodes(begin, end, made)

    def compare_rest(self) -> None:
        """Find heads and subtrees of events that are not there."""
        size = self._frontier.size
        for heads in self._expected.values():
            for head in heads:
                if head.said_by in self._past_the_end:
                    continue
                text = (
                    f"{head.said_by} is of {head.checkpoint.size} events, and the log ends before that: it was cut off"
                )
                self._findings.beside(size, "checkpoint", text if self._whole else f"{head.said_by} cannot be compared")
        for level, number in self._ask(_BEYOND, size, _BEYOND_MAX):
            text = f"the tree holds a subtree ({level}, {number}) of events that are not there"
            self._findings.beside(size, "tree", text)

    def _compare_heads(self, size: int) -> None:
        for head in self._expected.pop(size, ()):
            if head.checkpoint.root != self._frontier.root and head.said_by not in self._told:
                self._told.add(head.said_by)
                text = f"{head.said_by} of {size} events has another root: something before that was written anew"
                self._findings.beside(size - 1, "checkpoint", text)

    def _compare_nodes(self, begin: int, end: int, made: Mapping[Subtree, bytes]) -> None:
        """Compare the subtrees that ended in this page; those the sealer has not come to yet need not be stored."""
        upto = min(end, self._grown)
        levels = [(n, begin >> n, upto >> n) for n in range(1, max(upto, 1).bit_length()) if begin >> n < upto >> n]
        if not levels:
            return
        rows = self._ask(_NODES.format(" OR ".join([_OF_LEVEL] * len(levels))), *[n for level in levels for n in level])
        stored: dict[tuple[int, int], bytes] = {(level, number): hashed for level, number, hashed in rows}
        if stored == made:  # nearly always, and quicker than looking at each
            return
        asked = (Subtree(level, number) for level, one, past in levels for number in range(one, past))
        wrong = [subtree for subtree in asked if stored.get(subtree) != made[subtree]]
        if wrong and "tree" not in self._told:
            self._told.add("tree")
            first = min(wrong, key=_last_leaf)
            self._node_wrong(first, there=first in stored, more=len(wrong) - 1)

    def _node_wrong(self, subtree: Subtree, *, there: bool, more: int) -> None:
        first, last = subtree.number << subtree.level, _last_leaf(subtree)
        what = "is not that of its leaves" if there else "is missing"
        others = f", and {more} more above and behind it" if more else ""
        self._findings.beside(last, "tree", f"the subtree over events {first} to {last} {what}{others}")

    def _read_heads(self, keys: Keys | None, kept: Sequence[Checkpoint]) -> dict[int, list[ExpectedHead]]:
        expected: dict[int, list[ExpectedHead]] = defaultdict(list)
        for row in self._ask(_HEADS):
            head = _readable(*row)
            if head is None:
                self._findings.beside(None, "checkpoint", "a stored checkpoint cannot be read")
                continue
            self.checkpoints += 1
            expected[head.size].append(ExpectedHead(head, _STORED))
        outside = noted_outside(keys) if keys else None
        for one, said_by in [*((one, "the checkpoint that was kept") for one in kept),
                             *([(outside, _OUTSIDE)] if outside else [])]:  # fmt: skip
            expected[one.size].append(ExpectedHead(one, said_by))
        self._check_signatures(verifier_of(keys) if keys else None, expected)
        for empty in expected.pop(0, ()):  # nothing was there to sign
            self._findings.beside(None, "checkpoint", f"{empty.said_by} is of an empty log")
        return expected

    def _check_signatures(self, key: VerifierKey | None, expected: dict[int, list[ExpectedHead]]) -> None:
        """Check the log's own signatures; those of witnesses are for whoever has a policy from somebody else."""
        heads = {(one.checkpoint.origin, size): one.checkpoint for size, many in expected.items() for one in many[:1]}
        if key is None:
            return
        for origin, size, signer, key_id, signature in self._ask(_LINES):
            if (signer, key_id) != (key.name, key.key_id):
                continue
            head = heads.get((origin, size))
            line = NoteSignature(signer, key_id, signature)
            if head is None or not is_signed(Note(str(head), (line,)), key):
                text = f"the log's own signature under its checkpoint of {size} events is not one"
                self._findings.beside(None, "checkpoint", text)


def compare_noted_heads(connection: Connection, ask: Ask, findings: Findings) -> None:
    """Compare the last note of where every stream stood with where they stood."""
    for position, body in ask(_NOTED, HEADS_STREAM):
        try:
            noted = orjson.loads(body)
            heads = heads_at(connection, int(noted["size"]))
            same = (heads.root.hex(), len(heads)) == (noted["root"], noted["streams"])
        except (AssertionError, AttributeError, LookupError, TypeError, ValueError, OverflowError):
            same = False
        if not same:
            findings.beside(
                position, "heads", f"event {position}: it notes that the streams stood elsewhere than they did"
            )


def _any_stored(heads: Sequence[ExpectedHead]) -> bool:
    return any(head.said_by == _STORED for head in heads)


def _last_leaf(subtree: Subtree) -> int:
    return ((subtree.number + 1) << subtree.level) - 1


def _readable(origin: Any, size: Any, root: Any) -> Checkpoint | None:
    try:
        head = Checkpoint(origin, size, bytes(root))
        return head if len(head.root) == 32 and size > 0 and str(head) else None
    except (NoteRefused, TypeError, ValueError):
        return None
