"""One round of sealing: where everything stands is noted, the log is signed, and every witness is asked.

What comes of it is a value. A witness that is late is asked again in the next round. While one says that it has seen
what was never signed here, nothing is signed: an older copy was put in place of the newer, or the witness is wrong.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple

from events.checkpoints import StoredCheckpoint, at_size, signed_by, store_signatures
from events.errors import NoteRefused, SealRefused, StreamMoved
from events.heads_noting import note_heads_if_due
from events.sealer import OLDER_COPY, Sealer
from events.tree import consistency_between
from events.witness_policy import Policy, Witness
from events.world import Clock
from workers.sealing.witness_client import Reply, ask_witness

EVERY_EVENTS: Final = 256
EVERY_S: Final = 10.0


class WitnessStanding(NamedTuple):
    """How a witness stands to the newest checkpoint."""

    name: str
    standing: str
    words: str


class SealingResult(NamedTuple):
    """What a round came to."""

    size: int
    root: bytes
    signers: frozenset[str]
    reached: bool  # enough witnesses signed, by the policy
    witnesses: tuple[WitnessStanding, ...]
    note: str


class SealingRounds:
    """Seals one log round by round; any number of processes may do so at once."""

    def __init__(self, sealer: Sealer, policy: Callable[[], Policy], clock: Clock) -> None:
        """Take the policy anew in each round: a witness that is added is asked from then on."""
        self._sealer = sealer
        self._policy = policy
        self._clock = clock
        self._greeted = False

    def round(self) -> SealingResult | None:
        """Do one round; None for an empty log. Raises what ``Sealer.seal`` does, and NoteRefused for a wrong policy."""
        policy = self._policy()
        if policy.logs and self._sealer.key.verifier not in policy.logs:
            raise NoteRefused(f"the policy is of another log than this one, which is {self._sealer.key.verifier}")
        self._greet(policy)
        note_heads_if_due(self._sealer.log)
        sealed = self._sealer.seal()
        if sealed is None:
            return None
        standings = self._ask(policy, sealed)
        sealed = self._sealer.stored(sealed.checkpoint)
        signers = policy.signers(sealed.note)
        return SealingResult(
            sealed.checkpoint.size, sealed.checkpoint.root, signers, policy.reached(signers), standings,
            str(sealed.note),
        )  # fmt: skip

    def _greet(self, policy: Policy) -> None:
        """Show every witness what was signed last, before this process signs anything: one of them may know more.

        An older copy of the database and of the keys together shows in no other way.
        """
        last = None if self._greeted else self._sealer.newest()
        if last is not None and last.signatures:
            self._ask(policy, last, again=True)
        self._greeted = True

    def _ask(self, policy: Policy, sealed: StoredCheckpoint, *, again: bool = False) -> tuple[WitnessStanding, ...]:
        have = policy.signers(sealed.note)
        asked = [one for one in policy.witnesses.values() if one.url and (again or one.name not in have)]
        with ThreadPoolExecutor(max_workers=max(len(asked), 1)) as crowd:
            replies = list(crowd.map(lambda witness: self._reply(witness, sealed), asked))
        self._keep(sealed, replies)
        self._stop_if_ahead(asked, replies)
        said = {w.name: WitnessStanding(w.name, r.standing, r.words) for w, r in zip(asked, replies, strict=True)}
        signed = {name: WitnessStanding(name, "signed", "signed") for name in have}
        silent = {w.name: WitnessStanding(w.name, "unasked", "has no address") for w in policy.witnesses.values()}
        return tuple((silent | signed | said).values())

    def _reply(self, witness: Witness, sealed: StoredCheckpoint) -> Reply:
        size, now = sealed.checkpoint.size, int(self._clock.now().timestamp())
        with self._sealer.log.database.reading() as connection:
            old = min(signed_by(connection, self._sealer.origin, witness.key), size)

        def prove(first: int) -> list[bytes]:
            with self._sealer.log.database.reading() as connection:
                return consistency_between(connection, first, size)

        return ask_witness(witness, sealed.note, size, old, prove, now)

    def _keep(self, sealed: StoredCheckpoint, replies: Sequence[Reply]) -> None:
        lines = [reply.line for reply in replies if reply.line is not None]
        if not lines:
            return
        at = self._sealer.log.now()
        try:
            with self._sealer.log.database.writing() as connection:
                store_signatures(connection, sealed.checkpoint, lines, at)
        except StreamMoved:
            return  # another sealer stored them just now

    def _stop_if_ahead(self, asked: Sequence[Witness], replies: Sequence[Reply]) -> None:
        for witness, reply in zip(asked, replies, strict=True):
            if reply.standing == "other" or (reply.standing == "ahead" and not self._is_ours(reply.seen)):
                raise SealRefused(_REFUSED.format(witness.name, reply.words))

    def _is_ours(self, size: int) -> bool:
        """Tell whether another sealer of ours was just quicker: whatever was shown to a witness was stored before."""
        with self._sealer.log.database.reading() as connection:
            return at_size(connection, self._sealer.origin, size) is not None


_REFUSED: Final = (
    f"nothing more is signed: witness {{}} {{}}; {OLDER_COPY}; "
    "if it is the witness that is wrong, take it out of the policy"
)
