"""How a process of a peer is asked: one question a line on its input, one answer a line on its output."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any


def answer_questions(questions: Mapping[str, Callable[..., Any]]) -> None:
    """Answer until the input closes; whatever a library prints goes to where errors go."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    print(json.dumps("ready"), file=answers, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(questions[asked.pop("do")](**asked)), file=answers, flush=True)
