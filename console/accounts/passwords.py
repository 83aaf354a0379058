"""Passwords: long enough, not soon guessed, kept as argon2id; no rules about digits (NIST SP 800-63B-4)."""

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal, NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from events.world import Entropy

SHORTEST: Final = 12
LONGEST: Final = 256  # nobody types more, and more would only be work
ONE_TIME_BYTES: Final = 10
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: it is read aloud and typed once
_LOOKALIKES: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_READ: Final = 72  # letters that are judged; what is strong so far is strong
_GUESSES_MIN: Final = 10**9  # zxcvbn calls up to a tenth of it somewhat guessable, from ten times it very unguessable
_LATIN_KEYS: Final = str.maketrans("йцукенгшщзхъфывапролджэячсмитьбюё", "qwertyuiop[]asdfghjkl;'zxcvbnm,.`")
_OUR_WORDS: Final = ("wayhome", "moscow", "домой", "возвращение", "безопасность")
_JUDGING: Final = threading.Lock()  # zxcvbn keeps the words it is given for everybody

Weakness = Literal["short", "long", "named", "common"]


class Hashing(NamedTuple):
    """What one hash costs (RFC 9106, second recommended option); tests pay less."""

    time_cost: int = 3
    memory_kib: int = 65_536
    parallelism: int = 4
    at_once: int = 2  # hashes made at the same time: each holds its memory, and a crowd at the door must not take all


CHEAP: Final = Hashing(time_cost=1, memory_kib=8, parallelism=1)


class HashingBusy(Exception):
    """So many passwords are waiting to be checked that this one was not taken; nothing was looked at or counted."""

    def __init__(self, seconds: int = 2) -> None:
        super().__init__("too many passwords are being checked")
        self.seconds = seconds


class HashingQueue:
    """Lets so many wait to have a password checked, and no more: who waits holds a thread that pages need.

    Some places are kept for people who have signed in from there before, so that a crowd of strangers does not keep
    them out.
    """

    def __init__(self, places: int = 8, reserved: int = 8) -> None:
        self._places = places
        self._reserved = reserved
        self._inside = 0
        self._lock = threading.Lock()

    @contextmanager
    def place(self, *, known: bool) -> Iterator[None]:
        """Wait in line; raises HashingBusy when the line is full."""
        with self._lock:
            if self._inside >= self._places + (self._reserved if known else 0):
                raise HashingBusy
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1


class Passwords:
    """Hashes and checks passwords; an account nobody has costs as much as one somebody has."""

    def __init__(self, chance: Entropy, hashing: Hashing | None = None) -> None:
        cost = hashing or Hashing()
        self._chance = chance
        self._hasher = PasswordHasher(cost.time_cost, cost.memory_kib, cost.parallelism)
        self._turnstile = threading.BoundedSemaphore(cost.at_once)
        self._nobodys = self._hasher.hash(chance.bytes(16), salt=chance.bytes(16))

    def hash(self, password: str) -> str:
        """Return what is kept of a password."""
        with self._turnstile:
            return self._hasher.hash(_plain(password), salt=self._chance.bytes(16))

    def matches(self, kept: str | None, password: str) -> bool:
        """Tell whether this is the password; with nothing kept it never is, and takes as long to say."""
        with self._turnstile:
            try:
                self._hasher.verify(kept or self._nobodys, _plain(password)[:LONGEST])
            except (VerificationError, InvalidHashError):
                return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Tell whether a password should be hashed again, because hashing costs more by now."""
        return self._hasher.check_needs_rehash(kept)

    def one_time(self) -> str:
        """Return a password to be told once: sixteen letters, eighty bits, like ``7K3P-9QXM-2D7K-3P9Q``."""
        number = int.from_bytes(self._chance.bytes(ONE_TIME_BYTES))
        letters = "".join(_ALPHABET[number >> shift & 31] for shift in range(75, -5, -5))
        return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


def as_read(typed: str) -> str:
    """Return a one-time password as it was printed, however it was typed.

    >>> as_read("7k3p 9qxm-2D7K3p9q")
    '7K3P-9QXM-2D7K-3P9Q'
    """
    letters = "".join(c for c in typed.upper().translate(_LOOKALIKES) if c.isalnum())
    return "-".join(letters[start : start + 4] for start in range(0, min(len(letters), LONGEST), 4))


def weakness(password: str, account: str) -> Weakness | None:
    """Return why a password is not taken, or None when it is.

    >>> weakness("correct horse battery", "staff:anna")
    >>> weakness("anna-anna-anna", "staff:anna"), weakness("short", "staff:anna")
    ('named', 'short')
    """
    plain = _plain(password)
    if len(plain) < SHORTEST:
        return "short"
    if len(plain) > LONGEST:
        return "long"
    letters = "".join(c for c in plain.casefold() if c.isalnum())
    name = "".join(c for c in account.partition(":")[2].casefold() if c.isalnum())
    if _is_little_beyond(letters, name) or _is_little_beyond(letters, account.casefold().replace(":", "")):
        return "named"
    return "common" if _everybody_knows(plain.casefold()[:_READ], name) else None


def _everybody_knows(plain: str, name: str) -> bool:
    """Tell whether a password is guessed soon: by words, names, leaked passwords, keys in a row, years, repeats.

    The lists are of Latin letters; they hold what Russians type with the keys left in English, so Russian words
    are looked up by their keys.
    """
    from zxcvbn import zxcvbn  # its lists take a tenth of a second, and passwords are chosen seldom

    with _JUDGING:
        judged = [zxcvbn(typed, user_inputs=(*_OUR_WORDS, name)) for typed in {plain, plain.translate(_LATIN_KEYS)}]
    return any(found["guesses"] < _GUESSES_MIN for found in judged)


def _is_little_beyond(letters: str, word: str) -> bool:
    """Tell whether a password is a word, once or again and again, with a number or a year to make it longer."""
    if len(word) < 3:
        return False
    left = letters.replace(word, "")
    return left != letters and (not left or left.isdigit())


def _plain(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
