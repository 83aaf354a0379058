"""The `wayhome` command: one verb for each thing people and scripts may want.

Exit codes: 0 done, 1 refused by a rule, 2 bad input, 3 somebody was quicker, 4 data or server not available,
5 the history has faults.
"""

from __future__ import annotations

import logging

import typer

from console.verbs import cases, demo, history, imports, programmes, work

app = typer.Typer(
    name="wayhome",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a trace with local values could show a person's name
    help="Wayhome: the way home of people who were trafficked, as a history nobody can rewrite.",
)
app.command("demo")(demo.demo)
app.add_typer(imports.app, name="import")
app.add_typer(cases.app, name="case")
app.command("next")(cases.next_steps)
app.command("waiting")(cases.waiting)
app.command("work")(work.work)
app.add_typer(work.tasks, name="tasks")
app.add_typer(work.timers, name="timers")
app.add_typer(work.payments, name="payments")
app.command("replay")(history.replay)
app.command("verify")(history.verify_log)
app.add_typer(programmes.app, name="programme")


def main() -> None:
    """Run the command line."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    app(prog_name="wayhome")
