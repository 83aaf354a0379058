"""Why something found after a restore is not settled so, and why the quarantine is not lifted."""

from typing import Final

from workflow.reasons import ReasonKind

QUARANTINE_IS_ON: Final = ReasonKind("quarantine_is_on")
ORPHAN_IS_LISTED: Final = ReasonKind("orphan_is_listed", looked_at=("orphan",), field="orphan_id")
ORPHAN_IS_OPEN: Final = ReasonKind("orphan_is_open", values=("outcome",), field="orphan_id")
ONLY_PAYMENTS_COUNT: Final = ReasonKind("only_payments_count", field="grant_id")
EVERYTHING_IS_SETTLED: Final = ReasonKind("everything_is_settled", looked_at=("open",), helps_with=("SettleOrphan",))
