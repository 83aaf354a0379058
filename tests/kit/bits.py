"""Changes of one bit: what every proof and every signature has to notice."""

from collections.abc import Sequence

from hypothesis import strategies as st


def flipped(given: bytes, bit: int) -> bytes:
    """The bytes with one bit changed, counted from the first byte's lowest."""
    return given[: bit // 8] + bytes([given[bit // 8] ^ 1 << bit % 8]) + given[bit // 8 + 1 :]


def one_bit_changed(parts: Sequence[bytes]) -> st.SearchStrategy[list[bytes]]:
    """The parts with one bit of one of them changed."""
    places = [(number, bit) for number, part in enumerate(parts) for bit in range(8 * len(part))]
    return st.sampled_from(places).map(
        lambda place: [flipped(part, place[1]) if number == place[0] else part for number, part in enumerate(parts)]
    )
