"""Where the key-encryption key lies: a file, a file under a passphrase, or three officers' shares.

All three are one small document, ``kek.json``, which says of which kind it is. Changing the kind changes the document
and nothing else: the same key lies in another place.
"""

import base64
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from events.errors import KeysMissing
from events.key_encryption import (
    NONCE_BYTES,
    Kek,
    KeyHome,
    Passphrase,
    alone_at,
    kek_of,
    read_secret,
    write_secret,
)
from events.key_shares import NUMBERS, Line, line_through
from events.world import Entropy

HomeKind = Literal["file", "passphrase", "shares"]
SCRYPT_COST: Final = 2**17  # 128 MiB and some tenths of a second for each guess (OWASP, 2023)
PASSPHRASE_MIN: Final = 12
_NEEDED: Final = 2  # of three


class Document(NamedTuple):
    """What the file says beside the keys: of which kind it is, of which store, and what that kind needs."""

    kind: HomeKind = "file"
    store: str = ""
    salt: str = ""
    cost: int = 0
    places: tuple[str, ...] = ()
    content: str = ""


class KekFile(KeyHome):
    """Key-encryption keys in one file on this machine, as its document says: open, sealed or shared out."""

    def __init__(self, path: Path, chance: Entropy, passphrase: Passphrase | None = None) -> None:
        self.path = path
        self.name = f"{socket.gethostname()}:{path.absolute()}"
        self._chance = chance
        self._passphrase = passphrase
        self._stretched: dict[str, bytes] = {}  # by salt: what the passphrase comes to

    @property
    def document(self) -> Document:
        """Return what the file says; of a new one when there is none."""
        content = read_secret(self.path)
        if content is None:
            return Document()
        try:
            found = Document(**orjson.loads(content))
            return found._replace(places=tuple(found.places))
        except (orjson.JSONDecodeError, TypeError):
            raise KeysMissing(f"{self.path} is no file of a key-encryption key; restore it from its own copy") from None

    def load(self) -> Mapping[str, Kek]:
        """Return the keys that lie here."""
        return {line.id: line.kek for line in self._lines(self.document)}

    def belongs_to(self) -> str:
        """Return of which store's keys it is."""
        return self.document.store

    def add(self, kek: Kek, store: str) -> None:
        """Put a key beside those that are there; raises KeysMissing when they are another store's."""
        with alone_at(self.path):
            document = self.document
            if document.store not in ("", store):
                raise KeysMissing(
                    f"{self.path} is for another office's keys, or newer ones: name another file, or take the newest "
                    "copy of the keys"
                )
            kept = [line for line in self._lines(document) if line.id != kek.id]
            self._write(document._replace(store=store), [*kept, _Hidden(kek, self._chance.bytes(len(kek.key)))])

    def keep_only(self, name: str) -> None:
        """Destroy every other key, and let each share that is here be of the one that stays."""
        with alone_at(self.path):
            document = self.document
            lines = self._lines(document)
            kept = [line for line in lines if line.id == name]
            if kept and (len(kept) < len(lines) or self._is_behind(document, kept)):
                self._write(document, kept)

    def forget(self) -> None:
        """Let go of what the passphrase came to."""
        self._stretched.clear()

    def change(
        self, kind: HomeKind, *, passphrase: str = "", places: Sequence[Path] = (), cost: int = SCRYPT_COST
    ) -> None:
        """Let the same keys lie in another way: open, under a passphrase, or in three places for three officers."""
        with alone_at(self.path):
            before = self.document
            lines = [_Hidden(line.kek, self._chance.bytes(32)) for line in self._lines(before)]
            if not lines:
                raise KeysMissing(f"there is no key-encryption key at {self.path} yet")
            if kind == "shares" and len({one.absolute() for one in places}) != len(NUMBERS):
                raise KeysMissing("name three files for three officers' shares, in three places")
            salt = ""
            if kind == "passphrase":
                if len(passphrase) < PASSPHRASE_MIN:
                    raise KeysMissing(f"a passphrase has {PASSPHRASE_MIN} letters at least; nothing was changed")
                salt = base64.b64encode(self._chance.bytes(16)).decode()
                self._stretched = {salt: _stretched(passphrase, salt, cost)}
            after = Document(kind, before.store, salt, cost, tuple(str(one.absolute()) for one in places))
            self._write(after, lines, needed=len(NUMBERS))
            for place in set(before.places) - set(after.places):
                _overwrite(Path(place))

    def stand_of_shares(self) -> dict[str, str]:
        """Return of each officer's place whether its share is here and of today; of one alone nobody can tell which."""
        places = self.document.places
        found = {place: _stand(place) for place in places}
        here = [place for place, (stand, _) in found.items() if stand == "here"]
        try:
            now = {line.id for line in _joined(here)} if here else set()
        except KeysMissing:  # too few, or of different days: each is shown as it is
            return {place: stand for place, (stand, _) in found.items()}
        said = {True: "up to date", False: "older"}
        return {place: said[names == now] if stand == "here" else stand for place, (stand, names) in found.items()}

    # -- each kind: how the keys lie ----------------------------------------------------------------------------

    def _lines(self, document: Document) -> list["_Hidden"]:
        if document.kind == "shares":
            return _joined(document.places)
        text = self._unsealed(document) if document.kind == "passphrase" else document.content.encode()
        keys = orjson.loads(text) if text else []
        return [_Hidden(kek_of(base64.b64decode(key)), b"") for key in keys]

    def _write(self, document: Document, lines: Sequence["_Hidden"], needed: int = _NEEDED) -> None:
        text = orjson.dumps([base64.b64encode(line.kek.key).decode() for line in lines])
        if document.kind == "shares":
            _share_out(document.places, lines, needed)
            text = b""
        content = self._sealed(document, text) if document.kind == "passphrase" else text.decode()
        write_secret(self.path, orjson.dumps(document._replace(content=content)._asdict()))

    def _is_behind(self, document: Document, lines: Sequence["_Hidden"]) -> bool:
        now = {line.id for line in lines}
        return document.kind == "shares" and any(of.keys() != now for of in _shares_at(document.places).values())

    def _sealed(self, document: Document, text: bytes) -> str:
        nonce = self._chance.bytes(NONCE_BYTES)
        sealed = AESGCM(self._stretch(document)).encrypt(nonce, text, document.store.encode())
        return base64.b64encode(nonce + sealed).decode()

    def _unsealed(self, document: Document) -> bytes:
        sealed = base64.b64decode(document.content)
        try:
            key = self._stretch(document)
            return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], document.store.encode())
        except InvalidTag:
            self.forget()
            raise KeysMissing(
                f"this is not the passphrase of {self.path}; nothing was opened or changed, try again"
            ) from None

    def _stretch(self, document: Document) -> bytes:
        """Return what the passphrase comes to: a guess costs time and room."""
        if document.salt not in self._stretched:
            if self._passphrase is None:
                raise KeysMissing(
                    f"{self.path} is sealed with a passphrase: type it, or name a file with it in "
                    "WAYHOME_KEK_PASSPHRASE_FILE"
                )
            self._stretched[document.salt] = _stretched(self._passphrase(), document.salt, document.cost)
        return self._stretched[document.salt]


def _stretched(passphrase: str, salt: str, cost: int) -> bytes:
    return Scrypt(base64.b64decode(salt), 32, cost, 8, 1).derive(passphrase.encode())


class _Hidden(NamedTuple):
    """A key with the chance it is shared out with."""

    kek: Kek
    slope: bytes

    @property
    def id(self) -> str:
        return self.kek.id


# -- shares --------------------------------------------------------------------------------------------------------


def _stand(place: str) -> tuple[str, set[str]]:
    """Return whether a share is here, and the names of the keys it is of."""
    try:
        of = next(iter(_shares_at([place]).values()), None)
    except KeysMissing as problem:
        return f"spoilt: {problem}", set()
    return ("not here", set()) if of is None else ("here", set(of))


def _shares_at(places: Sequence[str]) -> dict[int, dict[str, bytes]]:
    """Return by their numbers the shares that are here, each with what it holds of which key."""
    found = {}
    for place in places:
        content = read_secret(Path(place))
        if content is not None:
            try:
                share = orjson.loads(content)
                found[int(share["number"])] = {name: base64.b64decode(text) for name, text in share["of"].items()}
            except (ValueError, KeyError, TypeError, AttributeError):
                raise KeysMissing(f"{place} is no officer's share; put the right file there, or none") from None
    return found


def _joined(places: Sequence[str]) -> list[_Hidden]:
    """Return the keys of which two shares are here; raises KeysMissing when there is none."""
    found = _shares_at(places)
    if len(found) < _NEEDED:
        raise KeysMissing(f"{len(found)} of three officers' shares are here, and two are needed: {', '.join(places)}")
    names = dict.fromkeys(name for share in found.values() for name in share)
    joined = [line for name in names if (line := _line(name, found)) is not None]
    if not joined:
        raise KeysMissing(
            "the shares here do not belong together: one is from before an erasure, or was changed; take the newest of "
            "two officers"
        )
    return joined


def _line(name: str, found: Mapping[int, Mapping[str, bytes]]) -> _Hidden | None:
    """Return a key from whichever two shares of it give it back."""
    shares = {number: share[name] for number, share in found.items() if name in share}
    for left_out in (0, *shares):
        two = {number: share for number, share in shares.items() if number != left_out}
        if len(two) >= _NEEDED and len({len(share) for share in two.values()}) == 1:
            line = line_through(two)
            if (kek := kek_of(line.secret)).id == name:
                return _Hidden(kek, line.slope)
    return None


def _share_out(places: Sequence[str], lines: Sequence[_Hidden], needed: int) -> None:
    """Write each officer's share of every key where they can be reached; raises KeysMissing before any is, if too few.

    One who is away keeps an older share, which alone says nothing, and gets a new one when they are here again.
    """
    new = needed == len(NUMBERS)  # then all three are made; else only a share that is here is written over
    numbered = [(number, Path(place)) for number, place in zip(NUMBERS, places, strict=True)]
    here = [(number, place) for number, place in numbered if (place.parent.is_dir() if new else place.exists())]
    if len(here) < needed:
        raise KeysMissing(
            f"{len(here)} of three officers' places can be reached, and {needed} are needed to change the key: "
            f"{', '.join(places)}"
        )
    for number, place in here:
        of = {line.id: base64.b64encode(Line(line.kek.key, line.slope).share(number)).decode() for line in lines}
        write_secret(place, orjson.dumps({"number": number, "of": of}))


def _overwrite(place: Path) -> None:
    if place.exists():
        write_secret(place, b"")
        place.unlink()
