"""Every case number an answer holds is found in it, wherever it stands: the access log rests on that."""

from __future__ import annotations

import re
from random import Random

from console.web.recorded_answers import numbers_in

PLAIN = re.compile(rb"(?<![0-9A-Za-z])(?=([0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5})(?![0-9A-Za-z]))")


def test_what_is_found_quickly_is_what_is_found_by_looking_at_every_letter() -> None:
    chance, found = Random(11), 0
    for _ in range(20_000):
        words = ("7K3P9", "QXM2D", "7K3P9", "7K3P", "UUUUU", "-", "-", "-", " ", "a", "é")
        text = "".join(chance.choice(words) for _ in range(chance.randint(1, 9))).encode()
        expected = {number.decode() for number in PLAIN.findall(text)}
        assert numbers_in(text) == expected, text
        found += len(expected)
    assert found > 100
