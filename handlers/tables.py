"""Tables beside the log: tasks and timers (truth about work to do), and the read models (rebuilt at will)."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Index, Integer, MetaData, Table, Text, text

metadata = MetaData()

tasks = Table(
    "tasks",
    metadata,
    Column("task_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),  # what it is about: ids and open values only
    Column("status", Text, nullable=False),  # waiting, claimed, unknown, done, cancelled, dead
    Column("due_at", Text, nullable=False),
    Column("epoch", Integer, nullable=False),  # the fence: a claim raises it, a result must carry it
    Column("owner", Text, nullable=False),
    Column("lease_until", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("claimed_at", Text, nullable=False),  # the first claim: the instant an outside effect is dated with
    Column("finished_at", Text, nullable=False),
    Column("wanted", Boolean, nullable=False),  # False: called off while it ran; not begun again
    Column("rung_at", Text, nullable=False),  # when the bell was last rung for it
    Index("tasks_of_case", "case_id"),
    Index("tasks_open", "status", "due_at", postgresql_where=text("status IN ('waiting', 'claimed', 'unknown')")),
)

timers = Table(
    "timers",
    metadata,
    Column("timer_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("status", Text, nullable=False),  # set, fired, cancelled
    Column("due_at", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("finished_at", Text, nullable=False),
    Index("timers_of_case", "case_id"),
    Index("timers_set", "status", "due_at", postgresql_where=text("status = 'set'")),
)

case_board = Table(
    "case_board",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("programme", Text, nullable=False),
    Column("definition", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("route", Text, nullable=False),
    Column("child", Boolean, nullable=False),
    Column("ended", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("previous_case", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Index("case_board_stage", "programme", "stage"),
)

work_items = Table(
    "work_items",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("item", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("since", Text, nullable=False),
    Index("work_items_kind", "kind", "since"),
)

beds = Table(
    "beds",
    metadata,
    Column("facility", Text, primary_key=True),
    Column("bed", Integer, primary_key=True, autoincrement=False),
    Column("room", Text, nullable=False),
)

# One row for each bed and for each person, and none for a bed that is not there: the last fence before a ninth.
beds_in_use = Table(
    "beds_in_use",
    metadata,
    Column("facility", Text, primary_key=True),
    Column("bed", Integer, primary_key=True, autoincrement=False),
    Column("case_id", Text, nullable=False, unique=True),
    Column("held_until", Text, nullable=False),  # empty when the person lives there
    ForeignKeyConstraint(["facility", "bed"], ["beds.facility", "beds.bed"], name="beds_in_use_bed"),
)
