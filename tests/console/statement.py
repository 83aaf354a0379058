"""What ``matrix.txt`` says: who may do what, read by a program that knows nothing of the table of rights."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

ROLE_OF: Final = {
    "cm": "case_manager", "su": "supervisor", "me": "medical", "le": "legal", "ho": "hotline", "pa": "partner",
    "fq": "finance_request", "fa": "finance_approve", "fr": "finance_release", "au": "auditor",
    "dp": "data_protection", "do": "donor", "ad": "administrator",
}  # fmt: skip
RELATION_OF: Final = {
    "o": "owner", "t": "team", "f": "facility", "r": "partner", "g": "glass", "p": "programme", "a": "any",
}  # fmt: skip

Cell = tuple[str, str, str]  # role, relation, act


@cache
def statement() -> frozenset[Cell]:
    """Return everything that is allowed; what is not written there is not."""
    lines = (Path(__file__).parent / "matrix.txt").read_text(encoding="utf-8").splitlines()
    head, *rows = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    assert (head[0], set(head[1:])) == ("act", set(ROLE_OF)), head
    return frozenset(
        (ROLE_OF[column], RELATION_OF[letter], act)
        for act, *cells in rows
        for column, letters in zip(head[1:], cells, strict=True)
        for letter in letters.replace(".", "")
    )


def acts() -> frozenset[str]:
    """Return every act somebody has."""
    return frozenset(act for _, _, act in statement())


def concerns_a_case(act: str) -> bool:
    """Tell whether it matters for an act how somebody stands to the case."""
    return all(relation != "any" for _, relation, other in statement() if other == act)
