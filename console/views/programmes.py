"""Programme files as people read them: which there are, their versions, and what changed from one to another."""

import difflib
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from console.views.reader import Reader
from handlers.queries.history import Publication, publications, published_names
from workflow.programme.loading import Definition
from workflow.rights.acts import Role
from workflow.rights.visibility import speaks_for_office

# Whoever looks after the house, or proves what was done in it, sees every programme; the others see their own.
_OVER_ALL: Final[frozenset[Role]] = frozenset({"administrator", "auditor", "data_protection"})
_AROUND: Final = 3
Sign = Literal["same", "out", "in", "gap"]


class ComparedLine(NamedTuple):
    """One line of a comparison, with its number before and after."""

    sign: Sign
    before: int | None
    after: int | None
    text: str


def programmes_of(reader: Reader) -> Sequence[Definition]:
    """Return the programmes in force that somebody may read about, by name."""
    with reader.container.database.reading() as connection:
        names = published_names(connection)
    found = (reader.container.service.definitions.current(name) for name in names)
    return [one for one in found if one is not None and may_read(reader, one)]


def programme_of(reader: Reader, name: str) -> tuple[Definition, Sequence[Publication]] | None:
    """Return a programme in force and its versions, or None when there is none somebody may read about."""
    definition = reader.container.service.definitions.current(name)
    if definition is None or not may_read(reader, definition):
        return None
    return definition, publications(reader.container.log, name)


def may_read(reader: Reader, definition: Definition) -> bool:
    """Tell whether somebody may read a programme's file: it is theirs to work by, or theirs to look after."""
    if not reader.account.roles.isdisjoint(_OVER_ALL):
        return True
    programme = definition.programme
    return programme.programme in reader.account.programmes and speaks_for_office(reader.account.account, programme)


def compared(before: str, after: str) -> list[ComparedLine]:
    r"""Return what changed from one text to another, each change with a few lines around it.

    >>> [(line.sign, line.text) for line in compared("a\nb\n", "a\nc\n")]
    [('same', 'a'), ('out', 'b'), ('in', 'c')]
    """
    old, new = before.splitlines(), after.splitlines()
    lines: list[ComparedLine] = []
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_AROUND):
        if lines:
            lines.append(ComparedLine("gap", None, None, ""))
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                pairs = zip(range(i1, i2), range(j1, j2), strict=True)
                lines += [ComparedLine("same", i + 1, j + 1, old[i]) for i, j in pairs]
                continue
            lines += [ComparedLine("out", i + 1, None, old[i]) for i in range(i1, i2)]
            lines += [ComparedLine("in", None, j + 1, new[j]) for j in range(j1, j2)]
    return lines
