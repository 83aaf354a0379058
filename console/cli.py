"""The `wayhome` command: one verb for each thing people and scripts may want.

Exit codes: 0 done, 1 refused by a rule, 2 bad input, 3 somebody was quicker, 4 data or server not available,
5 the history has faults.
"""

from __future__ import annotations

import logging

import typer

from console.verbs import (
    access,
    accounts,
    cases,
    closing,
    demo,
    history,
    hotline,
    imports,
    money,
    office,
    places,
    programmes,
    referrals,
    reintegration,
    reports,
    serve,
    travel,
    work,
)

app = typer.Typer(
    name="wayhome",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a trace with local values could show a person's name
    help="Wayhome: the way home of people who were trafficked, as a history nobody can rewrite.",
)
app.command("demo")(demo.demo)
app.add_typer(imports.app, name="import")
app.add_typer(cases.app, name="case")
cases.app.command("assign")(access.assign)
cases.app.command("break-glass")(access.break_glass)
cases.app.command("reads")(access.reads)
cases.app.command("find")(access.find_person)
app.command("next")(cases.next_steps)
app.command("waiting")(cases.waiting)
app.command("serve")(serve.serve)
app.command("work")(work.work)
app.add_typer(work.tasks, name="tasks")
app.add_typer(work.timers, name="timers")
app.add_typer(work.payments, name="payments")
app.add_typer(referrals.referral, name="referral")
app.add_typer(referrals.directory, name="directory")
app.command("ledger")(money.ledger)
app.command("replay")(history.replay)
app.command("verify")(history.verify_log)
app.add_typer(programmes.app, name="programme")
app.add_typer(reports.app, name="report")
app.command("beds")(places.beds)
app.command("arrivals")(travel.arrivals)
app.command("departures")(travel.departures)
app.command("escorts")(travel.escorts)
app.command("courses")(reintegration.courses)
app.add_typer(closing.app, name="closing")
app.add_typer(hotline.app, name="hotline")
app.add_typer(office.app, name="office")
app.add_typer(accounts.app, name="account")


def main() -> None:
    """Run the command line."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    app(prog_name="wayhome")
