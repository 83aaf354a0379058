"""`wayhome report …`: counts for people outside, with everything hidden by which somebody could be found."""

from typing import Annotated, Any

import typer

from console.printing import print_json, print_rows, say
from console.verbs.terminal import Terminal, verb
from handlers.queries import reports
from handlers.queries.books import LineBalance, funder_totals, line_balances, total_balance
from handlers.queries.reports import Corridors, arrivals_per_year, consultation_report, hotline_state_of
from handlers.queries.suppression import K

app = typer.Typer(no_args_is_help=True, help="Reports: counts that may be handed out.")


@verb(app, "corridors")
def corridors(
    terminal: Terminal,
    k: Annotated[int, typer.Option("--k", min=2, max=1000, help="Nothing fewer people share is shown.")] = K,
    programme: Annotated[str | None, typer.Option(help="Only cases of this programme.")] = None,
) -> None:
    """Count from which country to which people were taken; small counts are hidden, and what would reveal them.

    Example: wayhome report corridors --k 11
    """
    found = reports.corridors(terminal.container.log, programme=programme, k=k)
    if terminal.as_json:
        print_json(_as_json(found))
        return
    rows = [(source, dest, count) for (source, dest), count in sorted(found.cells.items())]
    print_rows("Corridors", ("recruited in", "exploited in", "people"), rows)
    print_rows("Recruited", ("country", "people"), sorted(found.recruited.items()))
    print_rows("Exploited", ("country", "people"), sorted(found.exploited.items()))
    say(f"total: {'hidden' if found.total is None else found.total}")
    say(f"not shown: what fewer than {k} people share, and what would reveal it")


@verb(app, "arrivals")
def arrivals(terminal: Terminal, programme: Annotated[str, typer.Argument(help="Programme.")] = "moscow") -> None:
    """Show planned and actual: how many people came in each year, beside the programme's target.

    Example: wayhome report arrivals moscow
    """
    years = arrivals_per_year(terminal.container.log, terminal.definition(programme).programme)
    rows = [(y.year, y.target, y.arrived, f"{y.share} %", "above target" if y.share > 100 else "") for y in years]
    columns = ("year", "planned", "actual", "", "")
    terminal.table([year._asdict() for year in years], "Arrivals", columns, rows)


@verb(app, "consultations")
def consultations(
    terminal: Terminal,
    year: Annotated[int | None, typer.Option("--year", min=1990, max=2100, help="Which year (else this one).")] = None,
    programme: Annotated[str, typer.Option("--programme", help="Programme.")] = "moscow",
) -> None:
    """Count a year's calls and consultations by topic and at-risk group; small counts are hidden, and what tells them.

    Example: wayhome report consultations --year 2030

    There is no report on several years: a hidden year could be found by taking the others from it.
    """
    current = terminal.definition(programme)
    year = year or terminal.now.year
    found = consultation_report(hotline_state_of(terminal.container.log, current.programme), current.programme, year)
    if terminal.as_json:
        print_json(found._asdict())
        return
    for title, counts in (("How", found.how), ("Topics", found.topics), ("At-risk groups", found.groups)):
        print_rows(title, ("", "count"), [(name, _or_hidden(count)) for name, count in counts.items()])
    say(f"total: {_or_hidden(found.total)}; besides, missed calls: {_or_hidden(found.missed)}")
    say(f"became a case: {_or_hidden(found.converted)}")
    say(f"not shown: what fewer than {found.k} people share, and what would reveal it")


@verb(app, "funders")
def funders(
    terminal: Terminal, programme: Annotated[str, typer.Argument(help="The programme's short name.")] = "moscow"
) -> None:
    """Print per funder and budget line what was planned, set aside, paid and is left; it adds up to the cent.

    Example: wayhome report funders moscow
    """
    rows = line_balances(terminal.container.log, terminal.definition(programme))
    total = total_balance(rows)
    lines = [row for whole in funder_totals(rows) for row in (*(r for r in rows if r.funder == whole.funder), whole)]
    shown = [(r.funder, r.line or "-", r.planned, r.committed, r.disbursed, r.left) for r in (*lines, total)]
    title = f"Money by funder, {total.currency}"
    columns = ("funder", "line", "planned", "set aside", "paid", "left")
    terminal.table(_money_as_json(rows, total), title, columns, shown)


def _money_as_json(rows: list[LineBalance], total: LineBalance) -> dict[str, Any]:
    lines = [row._asdict() | {"left": row.left} for row in rows]
    funders = [row._asdict() | {"left": row.left} for row in funder_totals(rows)]
    return {"lines": lines, "funders": funders, "total": total._asdict() | {"left": total.left}}


def _or_hidden(count: int | None) -> str:
    return "hidden" if count is None else str(count)


def _as_json(found: Corridors) -> dict[str, Any]:
    cells = [
        {"recruitment": source, "exploitation": dest, "people": count}
        for (source, dest), count in sorted(found.cells.items())
    ]
    return {
        "k": found.k, "corridors": cells, "recruitment": found.recruited, "exploitation": found.exploited,
        "total": found.total,
    }  # fmt: skip
