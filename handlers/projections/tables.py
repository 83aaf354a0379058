"""Tables beside the log: tasks and timers (truth about work to do), the read models (rebuilt at will), and secrets.

Credentials, sessions and attempts to sign in are in no log and are never rebuilt: a log is kept for ever, and a
secret must be able to end.
"""

from typing import Any

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
    false,
    text,
)

metadata = MetaData()


def table(name: str, *items: Column[Any] | Index | ForeignKeyConstraint) -> Table:
    """Return a table beside the log."""
    return Table(name, metadata, *items)


def keys(*names: str) -> list[Column[str]]:
    """Return columns of text that name a row, all of them together."""
    return [Column(name, Text, primary_key=True) for name in names]


def texts(*names: str, default: str | None = None) -> list[Column[str]]:
    """Return columns of text, none of which is ever null."""
    return [Column(name, Text, nullable=False, server_default=default) for name in names]


def _mac() -> Column[bytes]:
    """Return the column of the code that holds a row to what Wayhome itself wrote (``row_macs``)."""
    return Column("mac", LargeBinary, nullable=False, server_default="")


tasks = table(
    "tasks",
    *keys("task_id"),
    *texts("case_id", "kind"),
    *texts("subject"),  # what it is about: ids and open values only
    *texts("status"),  # waiting, claimed, unknown, done, cancelled, dead
    *texts("due_at"),
    Column("epoch", Integer, nullable=False),  # the fence: a claim raises it, a result must carry it
    *texts("owner", "lease_until"),
    Column("attempts", Integer, nullable=False),
    *texts("error", "created_at"),
    *texts("claimed_at"),  # the first claim: the instant an outside effect is dated with
    *texts("finished_at"),
    Column("wanted", Boolean, nullable=False),  # False: called off while it ran; not begun again
    *texts("rung_at"),  # when the bell was last rung for it
    Index("tasks_of_case", "case_id"),
    Index("tasks_open", "status", "due_at", postgresql_where=text("status IN ('waiting', 'claimed', 'unknown')")),
)

timers = table(
    "timers",
    *keys("timer_id"),
    *texts("case_id", "kind", "subject"),
    *texts("status"),  # set, fired, cancelled
    *texts("due_at", "created_at", "finished_at"),
    Index("timers_of_case", "case_id"),
    Index("timers_set", "status", "due_at", postgresql_where=text("status = 'set'")),
)

case_board = table(
    "case_board",
    *keys("case_id"),
    *texts("programme", "definition", "stage", "since", "opened_at", "source", "route"),
    Column("child", Boolean, nullable=False),
    Column("ended", Boolean, nullable=False),
    *texts("reason", "previous_case"),
    Column("version", Integer, nullable=False),
    *texts("office", default=""),  # its people's word and the programme: redcross:moscow
    *texts("owner", "team", default=""),
    *texts("facility", default=""),  # where a bed is theirs
    *texts("led_by", default=""),  # the case of the same person that leads, while this one is joined to it
    *texts("handle", default=""),  # what they are called where others hear it; never their name
    *texts("language", "citizenships", "age", default=""),  # by what the list is sorted and narrowed
    *texts("risk", default=""),  # the level last found; "unknown" before the first assessment
    Index("case_board_stage", "programme", "stage"),
    Index("case_board_open", "office", "ended", "since", "case_id"),
    Index("case_board_in_stage", "office", "stage", "since", "case_id"),
    Index("case_board_team", "office", "team", "ended", "since", "case_id"),
    Index("case_board_team_stage", "office", "team", "stage", "since", "case_id"),
    Index("case_board_owner", "owner", "ended", "since", "case_id"),
    Index("case_board_facility", "facility", "since"),
)

# How many cases of an office and a team have each value that the list is counted and narrowed by: kept by whoever
# writes the board, so that nobody who reads has to count. A value that no case has any more has no row.
board_counts = table(
    "board_counts",
    *keys("office", "team", "name", "value"),
    Column("cases", Integer, nullable=False),
)

work_items = table(
    "work_items",
    *keys("case_id", "item"),
    *texts("kind", "stage", "since"),
    *texts("office", default=""),  # as on the board, so that each list has its index
    *texts("owner", "team", default=""),
    Index("work_items_kind", "kind", "since"),
    Index("work_items_office", "office", "since", "case_id", "item"),
    Index("work_items_office_kind", "office", "kind", "since", "case_id", "item"),
    Index("work_items_team", "office", "team", "since", "case_id", "item"),
    Index("work_items_owner", "owner", "since", "case_id", "item"),
)

# Who is in danger, and what is asked of somebody by their role. A row may lie ahead: it counts from ``since``, as the
# reader's clock says, so that nobody has to be awake for a danger to show. Whose case it is, the board says.
case_alerts = table(
    "case_alerts",
    *keys("case_id", "item"),
    *texts("kind"),
    *texts("since"),  # from when it counts; empty: at once
    *texts("due_at"),  # until when somebody should have acted, where that is a moment
    Column("urgency", Integer, nullable=False),  # of a danger, 1 the most urgent; 0: it is asked, and no danger
    Index("case_alerts_since", "urgency", "since", "case_id"),
    Index("case_alerts_kind", "kind", "due_at"),
)

# How others than the programme's own people stand to a case, and until when: partners, and who broke the glass.
case_relations = table(
    "case_relations",
    *keys("case_id", "relation"),
    *keys("who"),  # a partner's word, or an account
    *texts("until"),
    Index("case_relations_who", "relation", "who", "until"),
)

# Who saw something of which case, and where. It is no fact about the person, but it is never changed or forgotten.
looks = table(
    "looks",
    *keys("account", "at", "case_id", "page", "session"),
    Column("listed", Boolean, primary_key=True, server_default=false()),  # shown among others, not opened
    Column("refused", Boolean, nullable=False),  # too many cases in one hour: nothing was shown
    Column("stops", Boolean, nullable=False, server_default=false()),  # and nothing is, until somebody looks into it
    *texts("proof", default=""),  # when a second factor was last given before it; each proof opens so many cases
    Index("looks_of_case", "case_id", "at"),
    Index("looks_stops", "account", "at", sqlite_where=text("stops = 1"), postgresql_where=text("stops")),
)

# Keyed hashes of folded names, birth dates and telephones; without the key file they say nothing.
name_tokens = table("name_tokens", *keys("token", "case_id"), *texts("kind"), Index("name_tokens_of_case", "case_id"))

# The folded words of everybody's handle, and of those they had before.
case_handles = table(
    "case_handles",
    *keys("word", "case_id"),
    Column("present", Boolean, nullable=False),  # False: of a handle they had before
    Index("case_handles_of_case", "case_id"),
)

to_compare = table(
    "to_compare", *keys("case_id"), *texts("since")
)  # new cases nobody has compared with the older ones yet

beds = table("beds", *keys("facility"), Column("bed", Integer, primary_key=True, autoincrement=False), *texts("room"))

# One row for each bed and for each person, and none for a bed that is not there: the last fence before a ninth.
beds_in_use = table(
    "beds_in_use",
    *keys("facility"),
    Column("bed", Integer, primary_key=True, autoincrement=False),
    Column("case_id", Text, nullable=False, unique=True),
    *texts("held_until"),  # empty when the person lives there
    ForeignKeyConstraint(["facility", "bed"], ["beds.facility", "beds.bed"], name="beds_in_use_bed"),
)

# Who may sign in: a read model of the log, and the fence for what is below.
accounts = table(
    "accounts",
    *keys("account"),
    *texts("roles"),  # with a space between
    *texts("programmes", "team", "facilities", "language"),
    *texts("factors"),  # kind:name of each second factor; one not named here does not count
    Column("closed", Boolean, nullable=False),
    *texts("opened_at"),
    Column("epoch", Integer, nullable=False),  # the fence: sessions of an earlier one are over
    Column("resets", Integer, nullable=False),  # likewise: a password of an earlier one opens nothing
    Column("passwords", Integer, nullable=False, server_default="0"),  # and one set before the last change
    *texts("stands_in", default=""),  # for whom, and from when to when; one behind the other
    *texts("name", default=""),  # what others read; empty where it is made of the account
    *texts("mail", default=""),  # which address counts and which letter went, by name; never what it is
)

# Mail addresses of those who work here, each sealed with the code that went to it; one the log does not name is none.
staff_mails = table(
    "staff_mails",
    *keys("letter"),  # its name in the log
    *texts("account"),
    Column("sealed", LargeBinary, nullable=False),
    *texts("asked_at"),
    Column("tries", Integer, nullable=False),  # of the code
    _mac(),
    Index("staff_mails_account", "account"),
)

# What Wayhome itself vouches for of the rows above; no read model: nobody without the key file can draw it anew.
account_marks = table("account_marks", *keys("account"), Column("version", Integer, nullable=False), _mac())

credentials = table(
    "credentials",
    *keys("account"),
    Column("resets", Integer, nullable=False),
    *texts("password_hash"),
    Column("must_change", Boolean, nullable=False),  # a one-time password: good for setting one of their own
    *texts("expires_at"),  # of a one-time password; empty for one of their own
    *texts("changed_at"),
    Column("passwords", Integer, nullable=False, server_default="0"),
    _mac(),
)

authenticators = table(
    "authenticators",
    *keys("factor"),  # its name in the log
    *texts("account"),
    Column("secret", LargeBinary, nullable=False),  # sealed with this installation's key
    Column("last_step", Integer, nullable=False),  # a code is taken once
    *texts("created_at"),
    _mac(),
    Index("authenticators_account", "account"),
)

passkeys = table(
    "passkeys",
    *keys("factor"),  # its name in the log
    *texts("account"),
    Column("credential_id", Text, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    *texts("name", "created_at"),
    _mac(),
    Index("passkeys_account", "account"),
)

sessions = table(
    "sessions",
    *keys("token_hash"),
    *texts("account"),
    Column("epoch", Integer, nullable=False),
    *texts("stage"),  # password: half signed in; open
    *texts("csrf"),
    *texts("challenge"),  # of a passkey; taken once
    *texts("created_at", "seen_at"),
    *texts("strong_at"),  # when a second factor was last given
    *texts("ended_at"),
    _mac(),
    Index("sessions_account", "account"),
    Index("sessions_created", "created_at"),
)

# Keys are hashed: neither where somebody came from nor what they typed as a name is kept.
sign_in_attempts = table(
    "sign_in_attempts",
    *keys("key"),
    Column("count", Integer, nullable=False),
    *texts("last_at"),
    Index("sign_in_attempts_last", "last_at"),
)

# What each account is told, of a case or of who stands in for whom; a read model of the log.
notices = table(
    "notices",
    *keys("source"),  # a case, or the account that stands in
    Column("number", Integer, primary_key=True, autoincrement=False),
    *keys("account"),
    *texts("kind", "by", "at"),
    Index("notices_of_account", "account", "at"),
)

# Until when each account has read what it is told; no history, and never rebuilt.
bell_reads = table("bell_reads", *keys("account"), *texts("read_to"))

# Filters of the list of cases that somebody keeps; words of the programme's, nothing of a person.
saved_views = table("saved_views", *keys("account", "name"), *texts("filters", "saved_at"))

# What somebody typed and has not sent (``handlers.drafts``): sealed, and forgotten after some days.
drafts = table(
    "drafts",
    *keys("account", "draft"),  # the id its form carries, and its command will
    Column("resets", Integer, nullable=False),
    *texts("place"),  # the page of the form
    *texts("case_id", "person"),  # empty for who has no case yet
    Column("expected", Integer, nullable=False),  # the version of the case the form was made for; -1 for none
    Column("sent", Boolean, nullable=False),  # when nobody was signed in any more
    *texts("kept_at", "until"),
    Column("sealed", LargeBinary, nullable=False),
    _mac(),
    Index("drafts_case", "case_id"),
    Index("drafts_until", "until"),
)
# Whether somebody sees their own cases first in their work, or all they may see; no read model: nobody else knows it.
work_choices = table("work_choices", *keys("account"), *texts("whose"))
# Which columns of that list somebody wants to see.
kept_columns = table("kept_columns", *keys("account"), *texts("columns", "saved_at"))
