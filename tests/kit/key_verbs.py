"""Whether a case of which a test knows the name can be read, and where the keys that open it lie."""

from __future__ import annotations

from pathlib import Path

from tests.kit.command_line import AS_ANNA, Wayhome

NAME = "Nino Unmistakable"


def can_read(wayhome: Wayhome, case: str, **environment: str) -> bool:
    result = wayhome.run("case", "show", case, "--open", "identity", "--why", "to call her", *AS_ANNA, **environment)
    return NAME in result.output


def file_of(wayhome: Wayhome) -> Path:
    return wayhome.data / "keys" / "keys.sqlite"
