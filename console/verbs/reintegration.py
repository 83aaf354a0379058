"""`wayhome courses`: how many seats each course has, who could still come, and how many wait."""

from __future__ import annotations

from typing import Annotated

import typer

from console import cli_support as doors
from console.cli_support import AsJson, Data
from console.errors import BadInput
from console.printing import print_json, print_rows
from handlers.states.state_cache import folded
from workflow.subjects.reintegration.courses import Seats


def courses(
    programme: Annotated[str, typer.Option(help="The programme whose courses are shown.")] = "moscow",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List the courses with their seats: taken, offered and free, and how many people wait.

    Example: wayhome courses --json
    """
    with doors.office(data) as container:
        definition = container.service.definitions.current(programme)
        if definition is None:
            raise BadInput("there is no such programme here; publish it first")
        rows = []
        for course in definition.programme.courses:
            seats = folded(course.stream, container.log.stream(course.stream), container.log.fact).state or Seats()
            rows.append(
                {
                    "course": course.id, "seats": course.seats, "taken": len(seats.taken),
                    "offered": len(seats.offered), "free": seats.free(course.seats), "waiting": len(seats.waiting),
                    "starts": course.starts, "ends": course.ends,
                    "language": course.language, "place": course.place, "provider": course.provider,
                }
            )  # fmt: skip
        if as_json:
            print_json({"programme": programme, "courses": rows})
            return
        columns = ("course", "seats", "taken", "offered", "free", "waiting", "starts", "ends", "language", "place")
        shown = [tuple(row[name] if row[name] is not None else "" for name in columns) for row in rows]
        print_rows("Courses", columns, shown)
