"""The guards of the journey: each looks at the case and says yes, or why not and what would help.

A guard is a condition by name, used in programme files. It never excludes anybody by age or gender
(the programme's founding text: "all victims regardless of age and gender"): being a child only adds people
who decide with the child. Where a guard comes from law or a handbook its docstring says so.
"""

from collections.abc import Mapping
from typing import Final

from workflow.guard_context import Guard, GuardContext
from workflow.reasons import Reason
from workflow.refusals import SERVICE_IS_AWAITED, SERVICE_NEEDS_REFERRAL
from workflow.registry import SUBJECTS

GUARDS: Final[Mapping[str, Guard]] = {guard.__name__: guard for subject in SUBJECTS for guard in subject.guards}


def service_is_provided(service: str) -> Guard:
    """Return the guard that a service was provided; programme files call it ``<service>_is_provided``."""

    def guard(asked: GuardContext) -> Reason | None:
        if service in asked.case.provided:
            return None
        if _is_referred(service, asked):
            return SERVICE_NEEDS_REFERRAL(service=service)
        return SERVICE_IS_AWAITED(service=service, case=asked.case.case_id)

    return guard


def _is_referred(service: str, asked: GuardContext) -> bool:
    """Tell whether people are referred for a service: no stage asks for it by itself, and somebody offers it."""
    by_itself = any(service in stage.services for stage in asked.programme.journey.stages.values())
    return not by_itself and any(service in provider.services for provider in asked.programme.providers)


def guard_named(name: str, services: frozenset[str]) -> Guard | None:
    """Return the guard a programme file means, or None when there is no such guard."""
    if name in GUARDS:
        return GUARDS[name]
    service = name.removesuffix("_is_provided")
    return service_is_provided(service) if name != service and service in services else None
