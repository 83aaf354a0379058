"""Tables beside the log: tasks and timers (truth about work to do), the read models (rebuilt at will), and secrets.

Credentials, sessions and attempts to sign in are in no log and are never rebuilt: a log is kept for ever, and a
secret must be able to end.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

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
    Column("office", Text, nullable=False, server_default=""),  # its people's word and the programme: redcross:moscow
    Column("owner", Text, nullable=False, server_default=""),
    Column("team", Text, nullable=False, server_default=""),
    Column("facility", Text, nullable=False, server_default=""),  # where a bed is theirs
    Index("case_board_stage", "programme", "stage"),
    Index("case_board_open", "office", "ended", "since", "case_id"),
    Index("case_board_in_stage", "office", "stage", "since", "case_id"),
    Index("case_board_team", "office", "team", "ended", "since", "case_id"),
    Index("case_board_team_stage", "office", "team", "stage", "since", "case_id"),
    Index("case_board_owner", "owner", "ended", "since", "case_id"),
    Index("case_board_facility", "facility", "since"),
)

work_items = Table(
    "work_items",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("item", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("office", Text, nullable=False, server_default=""),  # as on the board, so that each list has its index
    Column("owner", Text, nullable=False, server_default=""),
    Column("team", Text, nullable=False, server_default=""),
    Index("work_items_kind", "kind", "since"),
    Index("work_items_office", "office", "since", "case_id", "item"),
    Index("work_items_office_kind", "office", "kind", "since", "case_id", "item"),
    Index("work_items_team", "office", "team", "since", "case_id", "item"),
    Index("work_items_owner", "owner", "since", "case_id", "item"),
)

# How others than the programme's own people stand to a case, and until when: partners, and who broke the glass.
case_relations = Table(
    "case_relations",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("relation", Text, primary_key=True),
    Column("who", Text, primary_key=True),  # a partner's word, or an account
    Column("until", Text, nullable=False),
    Index("case_relations_who", "relation", "who", "until"),
)

# Who looked at which case. Looking is no fact about the person, but it is never changed or forgotten either.
looks = Table(
    "looks",
    metadata,
    Column("account", Text, primary_key=True),
    Column("at", Text, primary_key=True),
    Column("case_id", Text, primary_key=True),
    Column("session", Text, nullable=False),
    Column("page", Text, nullable=False),
    Column("refused", Boolean, nullable=False),  # too many files in one hour: nothing was shown
    Index("looks_of_case", "case_id", "at"),
)

# Keyed hashes of folded names, birth dates and telephones; without the key file they say nothing.
name_tokens = Table(
    "name_tokens",
    metadata,
    Column("token", Text, primary_key=True),
    Column("case_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Index("name_tokens_of_case", "case_id"),
)

to_compare = Table(  # new cases nobody has compared with the older ones yet
    "to_compare", metadata, Column("case_id", Text, primary_key=True), Column("since", Text, nullable=False)
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

# Who may sign in: a read model of the log, and the fence for what is below.
accounts = Table(
    "accounts",
    metadata,
    Column("account", Text, primary_key=True),
    Column("roles", Text, nullable=False),  # with a space between
    Column("programmes", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("facilities", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("factors", Text, nullable=False),  # kind:name of each second factor; one not named here does not count
    Column("closed", Boolean, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("epoch", Integer, nullable=False),  # the fence: sessions of an earlier one are over
    Column("resets", Integer, nullable=False),  # likewise: a password of an earlier one opens nothing
)

credentials = Table(
    "credentials",
    metadata,
    Column("account", Text, primary_key=True),
    Column("resets", Integer, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("must_change", Boolean, nullable=False),  # a one-time password: good for setting one of their own
    Column("expires_at", Text, nullable=False),  # of a one-time password; empty for one of their own
    Column("changed_at", Text, nullable=False),
)

authenticators = Table(
    "authenticators",
    metadata,
    Column("factor", Text, primary_key=True),  # its name in the log
    Column("account", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),  # sealed with this installation's key
    Column("last_step", Integer, nullable=False),  # a code is taken once
    Column("created_at", Text, nullable=False),
    Index("authenticators_account", "account"),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("factor", Text, primary_key=True),  # its name in the log
    Column("account", Text, nullable=False),
    Column("credential_id", Text, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Index("passkeys_account", "account"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("stage", Text, nullable=False),  # password: half signed in; open
    Column("csrf", Text, nullable=False),
    Column("challenge", Text, nullable=False),  # of a passkey; taken once
    Column("created_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    Column("strong_at", Text, nullable=False),  # when a second factor was last given
    Column("ended_at", Text, nullable=False),
    Index("sessions_account", "account"),
    Index("sessions_created", "created_at"),
)

# Keys are hashed: neither where somebody came from nor what they typed as a name is kept.
sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("key", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last_at", Text, nullable=False),
    Index("sign_in_attempts_last", "last_at"),
)

# Filters of the list of cases that somebody keeps; words of the programme's, nothing of a person.
saved_views = Table(
    "saved_views",
    metadata,
    Column("account", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("filters", Text, nullable=False),
    Column("saved_at", Text, nullable=False),
)
