"""Only declared moves of a referral are ever stored, whatever is tried in whatever order."""

from hypothesis import HealthCheck, settings
from hypothesis import given as draw
from hypothesis import strategies as st

from tests.kit.referrals import FULL, somebody
from tests.kit.roads import agreed_to_be_told
from tests.kit.story import Story
from tests.kit.world import World, moscow_with
from workflow.command import FireTimer
from workflow.subjects.intake.commands import GiveConsent, WithdrawConsent
from workflow.subjects.referrals import commands as referral_commands
from workflow.subjects.referrals.commands import (
    SendReferral,
)
from workflow.subjects.referrals.moves import STATUS_CHANGES
from workflow.subjects.referrals.state import referrals_of

STEPS = {
    "AcknowledgeReferral": {}, "AcceptReferral": {}, "WaitlistReferral": {}, "RecordReferralServed": {},
    "RecordReferralFeedback": {"outcome": "helped"}, "CloseReferral": {}, "DeclineReferral": {"reason": "no_staff"},
    "RevokeReferral": {"reason": "mistake"},
}  # fmt: skip
OTHERS = ("send", "letter", "silence", "consent", "take_back")


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@draw(steps=st.lists(st.tuples(st.sampled_from([*STEPS, *OTHERS]), st.integers(0, 3)), min_size=5, max_size=40))
def test_only_declared_moves_are_ever_stored(steps: list[tuple[str, int]]) -> None:
    world = World(moscow_with(FULL))
    case = agreed_to_be_told(agreed_to_be_told(somebody(world), "harbour"), "new-start")
    seen: dict[str, str] = {}
    for step, which in steps:
        _do(case, step, which)
        for key, one in referrals_of(case.case).referrals.items():
            before = seen.get(key, "queued")
            assert one.status == before or _leads(before, one.status), f"{before} → {one.status}"
            seen[key] = one.status
        held = sum(
            one.status in ("accepted", "served", "feedback") for one in referrals_of(case.case).referrals.values()
        )
        loads = [load_definition for name, load_definition in world.states.items() if name.startswith("provider:")]
        assert sum(len(load_definition.referrals) for load_definition in loads) == held


def _leads(before: str, after: str) -> bool:
    """Tell whether declared moves lead on; one command may make two (unanswered, then passed on)."""
    steps = {status for status, sources in STATUS_CHANGES.items() if before in sources}
    return after in steps or any(
        after == status for status, sources in STATUS_CHANGES.items() if steps & sources & {"unanswered"}
    )


def _do(case: Story, step: str, which: int) -> None:
    keys = list(referrals_of(case.case).referrals)
    if step in STEPS:
        key = keys[which % len(keys)] if keys else "R-0000000000000000"
        case.when(getattr(referral_commands, step), referral_id=key, **STEPS[step])
    elif step == "send":
        case.when(SendReferral, service="local_referral", provider=("", "harbour", "new-start", "nobody")[which])
    elif step == "consent":
        case.when(GiveConsent, purpose="referral", recipient=("harbour", "new-start")[which % 2])
    elif step == "take_back":
        case.when(WithdrawConsent, purpose="referral", recipient=("harbour", "")[which % 2])
    elif step == "letter":
        for task in case.tasks(kind="send_referral"):
            case.finish(task)
    elif step == "silence":
        case.later(days=9)
        for key, (kind, _) in list(case.case.timers.items()):
            if kind == "referral_answer":
                case.when(FireTimer, timer_id=key, due_at=case.place.now)
