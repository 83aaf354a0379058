"""The `wayhome` command: one verb for each thing people and scripts may want.

Exit codes: 0 done, 1 refused by a rule, 2 bad input, 3 somebody was quicker, 4 data or server not available,
5 the history has faults.
"""

from __future__ import annotations

import logging

import typer

from console.verbs import accounts, cases, closing, hotline, imports, office, programmes, reports
from console.verbs.access import assign, break_glass, find_person, reads
from console.verbs.accommodation import beds
from console.verbs.cases import next_steps, waiting
from console.verbs.demo import demo
from console.verbs.grants import ledger
from console.verbs.history import replay, verify_log
from console.verbs.referrals import directory, referral
from console.verbs.reintegration import courses
from console.verbs.serve import serve
from console.verbs.travel import arrivals, departures, escorts
from console.verbs.work import payments, tasks, timers, work

app = typer.Typer(
    name="wayhome",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a trace with local values could show a person's name
    help="Wayhome: the way home of people who were trafficked, as a history nobody can rewrite.",
)
app.command("demo")(demo)
app.add_typer(imports.app, name="import")
app.add_typer(cases.app, name="case")
cases.app.command("assign")(assign)
cases.app.command("break-glass")(break_glass)
cases.app.command("reads")(reads)
cases.app.command("find")(find_person)
app.command("next")(next_steps)
app.command("waiting")(waiting)
app.command("serve")(serve)
app.command("work")(work)
app.add_typer(tasks, name="tasks")
app.add_typer(timers, name="timers")
app.add_typer(payments, name="payments")
app.add_typer(referral, name="referral")
app.add_typer(directory, name="directory")
app.command("ledger")(ledger)
app.command("replay")(replay)
app.command("verify")(verify_log)
app.add_typer(programmes.app, name="programme")
app.add_typer(reports.app, name="report")
app.command("beds")(beds)
app.command("arrivals")(arrivals)
app.command("departures")(departures)
app.command("escorts")(escorts)
app.command("courses")(courses)
app.add_typer(closing.app, name="closing")
app.add_typer(hotline.app, name="hotline")
app.add_typer(office.app, name="office")
app.add_typer(accounts.app, name="account")


def main() -> None:
    """Run the command line."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    app(prog_name="wayhome")
