"""Whether a machine finds a bug that was planted, and in how few steps it tells of it."""

from __future__ import annotations

import re
from typing import Final

import pytest
from hypothesis.internal.conjecture import engine, providers

from tests.machines.grounds import Ground
from tests.machines.machine import Machine, runs

SHRINKS_MAX: Final = 60  # enough to read it; each takes several runs
SHRINKING_S_MAX: Final = 120
_STEP: Final = re.compile(r"state\.(\w+)\(")


def steps_to(machine: type[Machine], ground: Ground, patch: pytest.MonkeyPatch, *, times: int, steps: int) -> list[str]:
    """Return the fewest steps that lead to what a machine finds; fails when it finds nothing."""
    # Else it draws numbers that it reads in the modules at hand: what is found hung on which other tests ran before.
    patch.setattr(providers.HypothesisProvider, "_maybe_draw_constant", lambda *_, **__: None)
    patch.setattr(engine, "MAX_SHRINKS", SHRINKS_MAX)
    patch.setattr(engine, "MAX_SHRINKING_SECONDS", SHRINKING_S_MAX)
    how = {"derandomize": True, "database": None, "report_multiple_bugs": False}
    with pytest.raises(AssertionError) as found:
        runs(machine, ground, times=times, steps=steps, **how)
    told = _STEP.findall("\n".join(getattr(found.value, "__notes__", ())))
    looks = {name for name in told if hasattr(getattr(machine, name), "hypothesis_stateful_invariant")}
    return [name for name in told if name not in looks and name != "teardown"]
