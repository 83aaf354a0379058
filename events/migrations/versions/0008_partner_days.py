"""Until when partners are shown a case ends with the programme's day, no longer with UTC's: to be drawn anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Forget until when partners are shown a case, where there is an end; opening the data draws it from the log.

    An empty text is before every instant: nobody is shown anything by it meanwhile.
    """
    relations = sa.table("case_relations", sa.column("relation"), sa.column("until"))
    ends = (relations.c.relation == "partner") & (relations.c.until < "9999")
    op.execute(sa.update(relations).where(ends).values(until=""))
