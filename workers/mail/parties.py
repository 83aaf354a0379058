"""One letter for those who come or go together: to each driver, escort and host once, about all they are to meet.

Each of them has a task of their own, under a consent of their own. The letter is named by what it says: whichever
task is first sends it, the others find it sent; when somebody falls out, what it says is another letter.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

from events.ids import case_stream
from workers.mail.letters import ask_about_message
from workers.running.jobs import Adapters, AnyJob, Effect, JobOutcome, one_by_one
from workflow.case.state import Case
from workflow.subjects.groups.state import Group, group_stream

SentLetters = dict[str, str]  # within one batch: what a letter is named by, and its receipt
SendOnce = Callable[[AnyJob, Adapters, SentLetters], str]


def party_effect(kind: str, send: SendOnce) -> Effect:
    """Return how a kind of letter is sent that may speak of several people: once, whoever's task is done first."""

    def each(jobs: Sequence[AnyJob], outside: Adapters) -> list[JobOutcome]:
        sent: SentLetters = {}
        return one_by_one(lambda job, adapters: send(job, adapters, sent))(jobs, outside)

    return Effect(kind, "post", each, ask_about_message, safe_to_repeat=False)


def people_of(job: AnyJob, outside: Adapters) -> tuple[Case, ...]:
    """Return whoever belongs or belonged to a group with the person of a job, themselves among them."""
    told = outside.log.of_types(case_stream(job.case_id), ("GroupJoined",))
    groups = dict.fromkeys(str(vars(outside.log.fact(event))["group_id"]) for event in told)
    ids = dict.fromkeys(one for name in groups for one in outside.state_of(group_stream(name), Group()).ever)
    return tuple(seen.case for seen in outside.look.at_many(ids))


def called_off(kind: str, job: AnyJob, outside: Adapters) -> tuple[str, ...]:
    """Return what was called off for any of them: who falls out again is another letter than before they came."""
    events = [
        event for case in people_of(job, outside) for event in outside.log.of_types(case_stream(case.case_id), (kind,))
    ]
    facts = (vars(outside.log.fact(event)) for event in events)
    return tuple(sorted(str(fact.get("arrival_id") or fact.get("trip_id")) for fact in facts))


def named_by(*said: object) -> str:
    """Return what a letter is named by that says this.

    >>> named_by("V-1", "meeter-01", 3) == named_by("V-1", "meeter-01", 3)
    True
    """
    digest = hashlib.sha256("|".join(map(str, said)).encode()).hexdigest()
    return f"party-{digest[:24]}"


def receipt_of(key: str, kinds: Iterable[str], job: AnyJob, outside: Adapters) -> str:
    """Return the receipt of a letter that went out for another of them, or nothing: a mail server keeps no record."""
    for case in people_of(job, outside):
        for event in outside.log.of_types(case_stream(case.case_id), tuple(kinds)):
            fact = vars(outside.log.fact(event))
            receipt = str(fact.get("receipt") or fact.get("reference"))
            if key in receipt:
                return receipt
    return ""
