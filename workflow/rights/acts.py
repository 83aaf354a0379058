"""What somebody can be and what somebody can do: the words of the table of rights."""

from typing import Final, Literal, get_args

Role = Literal[
    "case_manager", "supervisor", "medical", "legal", "hotline", "partner",
    "finance_request", "finance_approve", "finance_release",
    "auditor", "data_protection", "donor", "administrator",
]  # fmt: skip
ROLES: Final[tuple[Role, ...]] = get_args(Role)
Act = Literal[
    # what is seen
    "self", "work.see", "cases.see", "case.see", "case.open_sealed", "case.search", "beds.see", "travel.see",
    "grants.see", "ledger.see", "directory.see", "referrals.see", "hotline.see", "statistics.see", "history.see",
    "access.see", "operations.see", "accounts.see", "programmes.see", "caseloads.see",
    # what is done for a case
    "case.open", "case.advance", "case.confirm", "case.record", "case.consent", "case.medical", "case.legal",
    "case.assign", "case.break_glass", "case.review", "case.erase", "case.confirm_erasure",
    "money.request", "money.approve", "money.release",
    "money.record", "referral.send", "referral.answer", "referral.disclose",
    # what is done about the office
    "hotline.record", "directory.edit", "directory.confirm", "directory.stop", "office.close", "tasks.retry",
    "programmes.publish", "programmes.confirm", "accounts.change", "accounts.confirm", "export", "stand_in.name",
]  # fmt: skip
ACTS: Final[tuple[Act, ...]] = get_args(Act)
# These ask for the second factor again when it was not given within the last minutes.
STEP_UP: Final[frozenset[Act]] = frozenset({
    "case.confirm", "money.approve", "money.release", "export", "accounts.change", "case.break_glass",
    "programmes.publish", "programmes.confirm", "accounts.confirm", "office.close", "directory.edit",
    "directory.confirm", "case.erase", "case.confirm_erasure",
})  # fmt: skip

# What a case is to become, whoever stands in does not decide: they would keep it after their days.
NOT_BY_STAND_INS: Final[frozenset[Act]] = frozenset({"case.assign"})
OPERATOR: Final = "operator"  # the mandate of what is typed without signing in: it never counts as one of two
Acts = tuple[Act, ...]  # where several are named, any one of them will do
