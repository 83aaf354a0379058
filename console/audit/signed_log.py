"""What of the log a bundle can be made of: the newest checkpoint that enough witnesses signed."""

from typing import Final, NamedTuple

from sqlalchemy import Connection

from console.container import Container
from console.errors import BadInput
from events.checkpoints import StoredCheckpoint, latest, verifier_of
from events.errors import KeysMissing
from events.heads_noting import note_heads
from events.notes import VerifierKey
from events.witness_policy import Policy, parse_policy

_LOOKED_AT_MAX: Final = 1_000
SEAL_IT: Final = "`wayhome seal` signs it, and says which witnesses have not"


class SignedLog(NamedTuple):
    """A checkpoint that counts, by which policy, and whose log it is."""

    checkpoint: StoredCheckpoint
    policy: str
    key: VerifierKey


def signed_now(container: Container) -> SignedLog:
    """Return the log signed as it stands, or, where this user may not sign, as it was signed last.

    Raises BadInput when too few witnesses signed ever, and whatever stops a log from being signed.
    """
    try:
        rounds = container.sealing()
        note_heads(container.log)  # so that the case is proved up to now, and not up to the last full hour
        rounds.round()
    except (KeysMissing, PermissionError):
        pass  # another user's process seals, or another machine's
    return signed_last(container)


def signed_last(container: Container) -> SignedLog:
    """Return the log as it was signed last by all who have to; raises BadInput when it never was."""
    key = verifier_of(container.keys)
    if key is None:
        raise BadInput(f"nobody has signed this log yet; {SEAL_IT}")
    text = _policy_text(container, key)
    with container.database.reading() as connection:
        found = _newest(connection, key, parse_policy(text))
    if found is None:
        raise BadInput(f"too few witnesses have signed this log; {SEAL_IT}")
    return SignedLog(found, text, key)


def _newest(connection: Connection, key: VerifierKey, policy: Policy) -> StoredCheckpoint | None:
    found = latest(connection, key.name, _LOOKED_AT_MAX)
    return next((one for one in found if policy.accepts(one.note)), None)


def _policy_text(container: Container, key: VerifierKey) -> str:
    """Return who has to sign as an auditor's program wants to read it: with the log's own key."""
    policy = container.policy()
    if not policy.witnesses:
        return f"log {key}\nquorum none\n"
    text = container.settings.policy_file.read_text(encoding="utf-8")
    return text if policy.logs else f"log {key}\n{text}"
