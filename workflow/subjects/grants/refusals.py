"""Why a grant, a part of it, a cost or a payment does not go ahead."""

from typing import Final

from workflow.reasons import ReasonKind

GRANT_IS_SETTLED: Final = ReasonKind("grant_is_open/settled", field="grant_id")
GRANT_IS_AT_THE_BANK: Final = ReasonKind("bank_has_answered/at_the_bank")
GRANT_IS_REQUESTED: Final = ReasonKind("grant_is_requested")
ASKER_MAY_NOT_APPROVE: Final = ReasonKind("approver_is_another/asked")
CHANGER_MAY_NOT_APPROVE: Final = ReasonKind("approver_is_another/changed_payee")
APPROVER_HAS_THE_RIGHT: Final = ReasonKind("approver_has_the_right", ("kind", "mandate", "known"))
COST_COUNTS: Final = ReasonKind("cost_counts", ("cost",), field="cost_id")
COST_KIND_IS_KNOWN: Final = ReasonKind("cost_kind_is_known", ("kind", "known"), field="kind")
SERVICE_IS_KNOWN: Final = ReasonKind("service_is_known", ("service", "known"), field="service")
AMOUNT_IS_ABOVE_ZERO: Final = ReasonKind("amount_is_above_zero", field="amount")
DAY_HAS_COME: Final = ReasonKind("day_has_come", ("day",), field="day")
GRANT_EXISTS: Final = ReasonKind("grant_exists", ("grant",), field="grant_id")
TRANCHE_IS_KNOWN: Final = ReasonKind("tranche_is_known", ("tranche",), field="tranche_id")
GRANT_TAKES_NO_CHANGE: Final = ReasonKind("grant_is_open/no_change", helps_with=("RequestGrant",), field="grant_id")
PAYEE_WAITS: Final = ReasonKind("payee_is_not_on_hold/waits", helps_with=("ReleasePayee", "ChangePayee"))
BANK_ANSWER_IS_SETTLED: Final = ReasonKind("bank_is_of_one_mind/unsettled", helps_with=("SettleBankAnswer",))
BANK_CONFIRMS_IT: Final = ReasonKind("bank_has_answered/by_hand_only")
REFUSED_PART_IS_NOT_APPROVED: Final = ReasonKind("grant_is_approved/refused_part", helps_with=("ApproveGrant",))
AMOUNT_IS_THE_PARTS: Final = ReasonKind("amount_is_the_parts", ("ours", "banks"), field="amount")
STRANGE_ANSWER_WAITS: Final = ReasonKind("strange_answer_waits", ("answer",), field="answer_id")
NOTHING_IS_DISPUTED: Final = ReasonKind("bank_answer_is_disputed", field="tranche_id")
SETTLER_IS_ANOTHER: Final = ReasonKind("settler_is_another")
MONEY_IS_SET_ASIDE: Final = ReasonKind("money_is_set_aside", helps_with=("RecordCost",), field="outcome")
GRANT_IS_STILL_AT_THE_BANK: Final = ReasonKind("bank_has_answered/still_at_the_bank")
CURRENCY_IS_THE_FUNDS: Final = ReasonKind("currency_is_the_funds", ("currency",), field="amount")
FUNDER_PAYS_NO_MORE: Final = ReasonKind(
    "funder_pays_today/pays_no_more", ("day",), looked_at=("funder",), helps_with=("DeclineGrant", "RequestGrant")
)
LINE_PAYS_FOR_IT: Final = ReasonKind("line_pays_for_it", ("kind",), field="kind")
NO_FUNDER_PAYS: Final = ReasonKind("funder_pays_today/nobody_pays", ("kind", "day"))
PROGRAMME_PAYS_TODAY: Final = ReasonKind("programme_pays_today", ("day",))
GRANTS_ARE_SETTLED: Final = ReasonKind(
    "grants_are_settled", ("count",), looked_at=("grants",), helps_with=("ReleaseTranche", "DeclineGrant")
)
PAYEE_WAITS_ALREADY: Final = ReasonKind("payee_is_not_on_hold/waits_already")
PAYEE_IS_ON_HOLD: Final = ReasonKind("payee_is_on_hold")
CHOOSER_MAY_NOT_LIFT_HOLD: Final = ReasonKind("approver_is_another/chose_payee")
NOTHING_CAME_BACK: Final = ReasonKind(
    "tranche_is_paid/nothing_came_back", ("status",), helps_with=("RecordPayment",), field="tranche_id"
)
BANK_IS_OF_ONE_MIND: Final = ReasonKind("bank_is_of_one_mind", ("before", "now"), field="outcome")
GRANT_KIND_IS_KNOWN: Final = ReasonKind("grant_kind_is_known", ("kind", "known"), field="kind")
GRANT_IS_NOT_GIVEN_NOW: Final = ReasonKind("stage_allows_it/not_given_now", ("kind", "stage", "stages"))
GRANT_IS_THE_FIRST: Final = ReasonKind("grant_is_the_first", ("kind",), field="kind")
ANOTHER_PAYEE_WAITS: Final = ReasonKind(
    "payee_is_not_on_hold/of_another_grant", helps_with=("ReleasePayee", "ChangePayee", "DeclineGrant")
)
CURRENCY_IS_THE_GRANTS: Final = ReasonKind("currency_is_the_grants", ("kind", "currency"), field="amount")
EVERY_TRANCHE_IS_ABOVE_ZERO: Final = ReasonKind("every_tranche_is_above_zero", ("amount", "parts"), field="amount")
EVIDENCE_IS_ASKED_FOR: Final = ReasonKind("evidence_is_asked_for", ("kind", "grant", "known"), field="kind")
PART_IS_NOT_PAID: Final = ReasonKind("tranche_is_paid/not_paid", ("status",), field="tranche_id")
GRANT_IS_NOT_APPROVED: Final = ReasonKind("grant_is_approved/not_approved", helps_with=("ApproveGrant",))
NEW_PAYEE_IS_NOT_APPROVED: Final = ReasonKind("grant_is_approved/new_payee", helps_with=("ApproveGrant",))
RELEASER_IS_A_THIRD: Final = ReasonKind("releaser_is_a_third")
SOMETHING_IS_LEFT: Final = ReasonKind("something_is_left")
PAYEE_WAS_CHANGED: Final = ReasonKind("payee_was_changed", helps_with=("ChangePayee",))
BUDGET_CARRIES_IT: Final = ReasonKind("budget_carries_it", ("rest",), looked_at=("account", "left"), field="amount")
AMOUNT_IS_WITHIN_CAP: Final = ReasonKind(
    "amount_is_within_cap", ("amount", "most"), looked_at=("cap", "left"), field="amount"
)
EVIDENCE_IS_THERE: Final = ReasonKind("evidence_is_there", ("missing",), helps_with=("RecordEvidence",))
PAPER_IS_MISSING: Final = ReasonKind("evidence_is_there/paper", ("paper", "number"))
CASH_IS_WITHIN_ITS_SHARE: Final = ReasonKind(
    "cash_is_within_its_share", ("most",), looked_at=("share",), field="delivery"
)
NEXT_PART_RESTS_ON_IT: Final = ReasonKind(
    "nothing_stands_on_it/next_part", ("numbers",), helps_with=("PutPayeeOnHold",), field="record"
)
