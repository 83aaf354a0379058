"""All planted bugs in one table: what each takes away, how that shows, and who has to notice.

``python -m tests.simulator.planted_table`` prints it as it stands in docs/reliability.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import pytest

from tests.interleavings.mutants import MUTANTS
from tests.simulator import planted, planted_rules, planted_services, planted_storing, planted_work
from tests.simulator import planted_stories as stories
from tests.simulator.planted_stories import PlantedStory
from tests.simulator.terms import Terms

WHOLE: Final = 420  # days until everybody has come home and was visited
Plant = Callable[[pytest.MonkeyPatch], None]


class Seed(NamedTuple):
    """The simulator's seed that notices first, after how many days the year may end, and whether copies come back."""

    number: int
    days: int = 60
    copies: bool = False
    services: bool = False

    @property
    def terms(self) -> Terms:
        """Return what is simulated: one person who gives nothing up, and twice as many faults; or a year of copies.

        Where all services are used there are four, who want the same.
        """
        if self.services:
            return Terms(self.number, people=4, services=True, gives_up=0.0, days=self.days)
        if self.copies:
            return Terms(self.number, copies=True)
        return Terms(self.number, people=1, share=2.0, gives_up=0.0, days=self.days)


class Bug(NamedTuple):
    """One precaution less: how that shows, in words of what is then found, and who notices."""

    plants: Plant
    takes_away: str
    shows: str
    noticed_by: Seed | PlantedStory

    @property
    def name(self) -> str:
        """Return what it is called."""
        return self.plants.__name__

    @property
    def where(self) -> str:
        """Return where it is noticed, as the table says it."""
        by = self.noticed_by
        if isinstance(by, Seed):
            return "simulator, older copies" if by.copies else "simulator, all services" if by.services else "simulator"
        return f"story: *{by.__name__.replace('_', ' ')}*"


BUGS: Final = (
    Bug(planted.sends_before_it_claims, "work is claimed, durably, before it is begun", "went out again",
        stories.a_worker_dies_at_a_letter),
    Bug(planted.a_dead_workers_letter_is_written_again, "a letter of a worker that died is unknown, not undone",
        "doubled", Seed(3)),
    Bug(planted.no_answer_counts_as_no, "an unknown outcome is asked about and not repeated", "doubled", Seed(1)),
    Bug(planted_work.whoever_gives_no_answer_has_done_it, "what nobody outside knows of was not done",
        "nothing was ordered", stories.an_order_is_cut_off),
    Bug(planted_work.nobody_asks_what_became_of_it, "an unknown outcome is asked about again and again",
        "nothing was ordered", stories.an_order_is_cut_off),
    Bug(planted.a_ticket_has_another_number_at_each_attempt, "the stable id of an order: a retry is the same order",
        "doubled", Seed(6)),
    Bug(planted.a_payment_file_has_another_name_at_each_attempt, "the stable name of a payment", "doubled",
        Seed(1, WHOLE)),
    Bug(planted.a_command_id_is_not_remembered, "the same command is answered, not carried out again", "lost", Seed(1)),
    Bug(planted_storing.a_command_is_known_by_what_it_says, "the same words under another id are another command",
        "lost", Seed(1)),
    Bug(planted.a_failed_commit_counts_as_stored, "nobody is told yes before the commit", "lost", Seed(5)),
    Bug(planted_rules.half_of_a_breath_is_stored, "what several do in one breath is stored whole or not at all",
        "half of what was asked", stories.two_things_in_one_breath),
    Bug(planted_storing.a_position_is_a_number_of_a_counter, "positions are taken under the lock of the head",
        "I2 events", Seed(2)),
    Bug(planted_storing.a_task_is_stored_after_its_fact, "a task and its fact in one transaction", "replay", Seed(5)),
    Bug(planted_storing.a_step_does_not_move_the_board, "read models and their facts in one transaction", "replay",
        Seed(4)),
    Bug(planted_storing.a_state_is_kept_before_it_is_stored, "only states of what is committed are kept in memory",
        "cannot be replayed", stories.a_commit_fails),
    Bug(planted.timers_fire_hours_early, "the log's clock, not the worker's", "early", Seed(9)),
    Bug(planted.a_timer_that_fired_stays_set, "a timer fires once: row and fact in one transaction", "I7",
        stories.a_timer_is_due),
    Bug(planted.a_bed_that_is_given_up_is_not_free, "both sides of a bed in one transaction", "overbooked", Seed(1)),
    Bug(planted_rules.an_escort_is_in_two_places, "one escort, one journey at a time", "I6",
        stories.two_need_an_escort),
    Bug(planted.a_ghost_may_put_a_task_back, "the fence of whoever lets a task wait", "I4",
        stories.a_ghost_says_that_nobody_answered),
    Bug(planted.a_ghosts_result_is_taken, "the fence of a report", "doubled", Seed(1, WHOLE)),
    Bug(planted_work.work_goes_on_when_the_time_is_up, "a lease is longer than the work done under it",
        "after the time was up", stories.the_time_is_up),
    Bug(planted_work.whoever_slept_goes_on, "nothing is begun under a lease that has run out",
        "under a lease that had run out", stories.a_worker_sleeps_over_its_lease),
    Bug(planted_work.a_letter_that_nobody_took_counts_as_sent, "what the log calls done was done", "nobody outside has",
        Seed(1)),
    Bug(planted_work.what_was_tried_is_called_off_as_if_nobody_had,
        "what was tried is asked about when it is called off", "somebody outside has it", Seed(3)),
    Bug(planted.nobody_rings_again, "the sweeper finds what the queue lost", "nobody hears of it",
        stories.a_message_is_lost),
    Bug(planted_work.nobody_frees_what_the_dead_held, "the sweeper frees what a dead worker held", "undone", Seed(1)),
    Bug(planted.a_claim_does_not_look_who_has_it, "a task is claimed by one", "written without a lease",
        stories.a_worker_sleeps_over_a_letter),
    Bug(planted_rules.what_failed_is_on_nobodys_list, "what was given up is on somebody's list",
        "on nobody's work list", stories.nobody_takes_an_order),
    Bug(planted_rules.a_withdrawal_calls_nothing_off, "a case that ends calls off what nobody has begun",
        "after the withdrawal", stories.somebody_withdraws),
    Bug(planted_work.what_was_called_off_is_begun_again, "what was called off while it ran is not begun again",
        "had been called off", stories.somebody_withdraws_while_it_is_tried),
    Bug(planted_rules.an_erasure_leaves_the_keys, "an erasure destroys the keys", "the key of",
        stories.somebody_is_erased),
    Bug(planted_rules.an_erasure_forgets_the_files, "an erasure reaches every file", "an attached file",
        stories.somebody_is_erased),
    Bug(planted_rules.an_erasure_forgets_what_finds_a_name, "an erasure reaches every table", "finds a name",
        stories.somebody_is_erased),
    Bug(planted_rules.one_person_is_two, "a second person confirms", "I12", stories.one_person_confirms_their_own),
    Bug(planted_rules.who_approved_a_grant_lets_it_go, "money goes through three hands", "released by",
        stories.a_grant_is_paid),
    Bug(planted_rules.the_bank_is_believed_twice, "hearing twice that it was paid changes nothing",
        "although it was paid", stories.a_grant_is_paid),
    Bug(planted_rules.money_comes_back_twice, "hearing twice that it came back changes nothing",
        "although it was returned", stories.a_grant_is_paid),
    Bug(planted_work.the_mark_is_not_raised, "nothing goes out from a log older than the mark beside the keys",
        "went out again", stories.an_older_log_is_put_in_place),
    Bug(planted_work.a_restored_log_is_not_held, "nothing goes out before two people have looked through an older log",
        "went out again", stories.an_older_log_is_accepted),
    Bug(planted_work.a_claim_is_not_held_to_the_mark, "a claim counts in no log that lacks work the mark tells of",
        "went out again", stories.an_older_log_is_put_in_place),
    Bug(planted_work.nobody_asks_whether_a_claim_still_stands, "what is done was begun in the log that is in place",
        "went out again", stories.a_log_is_exchanged_under_a_worker),
    Bug(planted_work.what_failed_is_called_off_at_once, "what failed is asked about before its money is free",
        "was paid a second time", stories.a_payment_that_failed_is_called_off),
    Bug(planted_rules.a_payment_is_numbered_by_how_often_anything_was_sent,
        "the number of a payment says which part it is, at which attempt", "went to the bank",
        Seed(118, WHOLE, copies=True)),
    Bug(planted_services.a_file_is_recorded_before_it_is_stored, "a file is on the disk before the log tells of it",
        "is not in the store", Seed(1, services=True)),
    Bug(planted_services.what_was_corrected_stays_as_it_was, "what was corrected is what is shown", "was corrected to",
        Seed(2, services=True)),
)  # fmt: skip


def rows() -> Iterator[str]:
    """Yield a line of the table for each bug, and then for what orders of statements must catch."""
    for bug in BUGS:
        yield f"| `{bug.name}` | {bug.takes_away} | `{bug.shows}` | {bug.where} |"
    for name, mutant in MUTANTS.items():
        yield f"| {name} | {mutant.takes_away} | `{mutant.says}` | orders: *{mutant.scenario}* |"


if __name__ == "__main__":
    print("\n".join(rows()))
