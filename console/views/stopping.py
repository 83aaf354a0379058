"""Telling that somebody was stopped for opening too many cases; every door that stops somebody comes through here."""

from console.container import Container
from handlers.queries.planted import is_planted
from handlers.queries.record_view import untold_stop
from workflow.subjects.access.commands import StopLooking


def tell_of_stop(container: Container, account: str) -> None:
    """Have the log tell of the stop, so that the officer is written to and finds it on their work; told once."""
    stop = untold_stop(container.database, account)
    if stop is None:
        return
    what = f"stop/{account}/{stop.at}"
    origin = container.service.machine_ids.by_machine("system:access", "system", stop.case_id, what)
    planted = is_planted(container.keys, stop.case_id)  # then one was too many
    cases = 1 if planted else container.settings.view_limits.cases_per_hour
    container.service.submit(StopLooking(**origin, account=account, cases=cases))
