"""`wayhome courses`: how many seats each course has, who could still come, and how many wait."""

from typing import Annotated

import typer

from console.verbs.terminal import Terminal, verb
from handlers.states.state_cache import fold_events
from workflow.subjects.reintegration.courses import CourseSeats


@verb()
def courses(
    terminal: Terminal,
    programme: Annotated[str, typer.Option(help="The programme whose courses are shown.")] = "moscow",
) -> None:
    """List the courses with their seats: taken, offered and free, and how many people wait.

    Example: wayhome courses --json
    """
    log = terminal.container.log
    rows = []
    for course in terminal.definition(programme).programme.courses:
        seats = fold_events(course.stream, log.stream(course.stream), log.fact).state or CourseSeats()
        rows.append(
            {
                "course": course.id, "seats": course.seats, "taken": len(seats.taken),
                "offered": len(seats.offered), "free": seats.free(course.seats), "waiting": len(seats.waiting),
                "starts": course.starts, "ends": course.ends,
                "language": course.language, "place": course.place, "provider": course.provider,
            }
        )  # fmt: skip
    columns = ("course", "seats", "taken", "offered", "free", "waiting", "starts", "ends", "language", "place")
    shown = [tuple(row[name] if row[name] is not None else "" for name in columns) for row in rows]
    terminal.table({"programme": programme, "courses": rows}, "Courses", columns, shown)
