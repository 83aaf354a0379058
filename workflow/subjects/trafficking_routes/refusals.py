"""Why the way somebody was taken is not recorded as told."""

from typing import Final

from workflow.reasons import ReasonKind

EXPLOITED_BEFORE_RECRUITED: Final = ReasonKind("route_is_in_order/exploited_before_recruited", field="legs")
LEG_IS_DATED_EARLIER: Final = ReasonKind("route_is_in_order/dated_earlier", field="legs")
ROUTE_IS_PAST: Final = ReasonKind("route_is_past", field="legs")
