"""States as small as they can be kept: pickled, and compressed against what such states have in common.

The first cases that are packed become the words the later ones are written in: they name the same steps, providers
and people. What was packed before is unpacked with the words it was packed with.
"""

import pickle
import threading
import zlib
from typing import Any, Final

from workflow.case.state import Case
from workflow.registry import PARTS

SAMPLES: Final = 8
_WORDS_MAX: Final = 1 << 15  # zlib looks no further back
_LEVEL: Final = 4
# Where the classes of the parts are written, which every case repeats: the words until there are samples.
_FIRST_WORDS: Final = "\x94".join(f"{part.home}\x94\x8c{part.name}" for part in PARTS.values()).encode()
_HEAD: Final = 7  # version, which words, whether there is a leaf, its length


class Packing:
    """Packs states and unpacks them, for all threads; they never leave this process's memory."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._samples: list[bytes] = []
        self._words: list[bytes] = [_FIRST_WORDS]

    def packed(self, version: int, state: Any, leaf: bytes | None) -> bytes:
        """Return a state as bytes."""
        plain = pickle.dumps(state, pickle.HIGHEST_PROTOCOL)
        number = len(self._words) - 1
        if number == 0 and isinstance(state, Case):
            self._learn(plain)
        packing = zlib.compressobj(_LEVEL, zdict=self._words[number])
        data = packing.compress(plain) + packing.flush()
        end = leaf or b""
        return version.to_bytes(4, "big") + bytes([number, leaf is not None, len(end)]) + end + data

    def unpacked(self, data: bytes) -> tuple[int, Any, bytes | None]:
        """Return version, state and leaf of what was packed here."""
        number, has_leaf, size = data[4:_HEAD]
        unpacking = zlib.decompressobj(zdict=self._words[number])
        plain = unpacking.decompress(data[_HEAD + size :]) + unpacking.flush()
        state = pickle.loads(plain)  # noqa: S301 - made by us, in this process's own memory
        return version_of(data), state, data[_HEAD : _HEAD + size] if has_leaf else None

    def _learn(self, plain: bytes) -> None:
        with self._lock:
            if len(self._words) > 1:
                return
            self._samples.append(plain)
            if len(self._samples) == SAMPLES:
                self._words.append(b"".join(self._samples)[-_WORDS_MAX:])
                self._samples = []


def version_of(data: bytes) -> int:
    """Return the version of a packed state."""
    return int.from_bytes(data[:4], "big")
