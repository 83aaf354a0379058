"""Who may put a file of the bank beside the books, and which books and payments are theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from console.views.reader import Reader
from console.web.errors import NotThere
from console.web.request_context import RequestContext
from workflow.programme.loading import Definition
from workflow.rights.acts import Act

RECORDS: Final[tuple[Act, ...]] = ("money.release", "money.record")


def may_compare(visitor: RequestContext) -> bool:
    """Tell whether somebody looks after payments at all."""
    return visitor.may("ledger.see") is not None and any(visitor.may_ever(act) for act in RECORDS)


def cases_of_theirs(reader: Reader, case_ids: set[str]) -> set[str]:
    """Return the cases whose payments this reader may record; an answer about another's is no answer of theirs."""
    seen = reader.office.look.at_many(sorted(case_ids))
    return {one.case.case_id for one in seen if any(reader.may(act, one) for act in RECORDS)}


def chosen_books(known: Mapping[str, Definition], programme: str) -> Definition:
    """Return the programme named, or the first; raises NotThere for one whose books are not theirs."""
    if not programme and known:
        return next(iter(known.values()))
    if programme not in known:
        raise NotThere
    return known[programme]
