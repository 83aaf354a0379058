"""Whether a refusal can be read on a screen: worded in both languages, with nothing of the command line in it."""

from __future__ import annotations

import re
from typing import Final

from console.words.language import LANGUAGES
from console.words.reasons import typed, worded
from workflow.programme.programme import Programme
from workflow.reasons import Reason

# What has no place on a screen: a program's name, its flags, fields as typed, names of classes and of variables.
TYPED: Final = re.compile(
    r"wayhome |--\w|\b[a-z_]+=|\b(?:[A-Z][a-z]+){2,}\b|\b[a-z]+(?:_[a-z]+)+\b|[{}]|\d{4}-\d\d-\d\d"
)


def is_readable(reason: Reason, programme: Programme | None = None) -> bool:
    """Tell whether a reason is worded; what is typed at a command line has no place on a screen."""
    assert all(typed(reason)[:2])
    for language in LANGUAGES:
        said = worded(reason, language, zone="Europe/Moscow", programme=programme)
        spelt = TYPED.search(f"{said.text} {said.help}")
        assert spelt is None, f"{spelt[0]!r} stands in: {said}"
        assert said.help
        assert language == "en" or re.search("[а-яё]", said.text + said.help)
    return True
