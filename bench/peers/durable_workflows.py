"""`dbos`: a command is a workflow with one transaction, a journey a workflow whose tasks are workflows of a queue.

``python -m bench.peers.durable_workflows office|work URL`` answers questions, or does what the queue holds.
"""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from dbos import DBOS, SQLAlchemyDatasource

from bench.peers.by_hand import Pipelined
from bench.peers.office import running
from bench.peers.processor import Backends
from bench.peers.questions import answer_questions
from bench.peers.work import FILLED, advanced, finished, opened, served
from bench.together import together

QUEUE = "tasks"
POLL_S = 0.05  # its default is a second
_BY_NAME = {"opened": opened, "advanced": advanced, "served": served}


class Workflows:
    """The workflows, on one database."""

    def __init__(self, url: str, *, work: bool) -> None:
        self._url, self._stack, self._has_workers = url, ExitStack(), False
        self._hand = Pipelined(url)
        self._backends = Backends(url)
        self._dbos = DBOS(config={
            "name": "bench", "system_database_url": url, "log_level": "ERROR", "application_version": "bench",
            "executor_id": str(uuid4()),
        })  # fmt: skip
        self._data = SQLAlchemyDatasource.create(database_url=url, engine_kwargs={"pool_size": 32})
        self._register()
        DBOS.listen_queues([QUEUE] if work else [])
        DBOS.launch()
        DBOS.register_queue(QUEUE, polling_interval_sec=POLL_S)

    def _register(self) -> None:
        """Register the workflows: another process knows them by their names. The library takes functions only."""

        def command(case: str, name: str) -> None:
            self._transaction(case, name)

        def finish(case: str, task: str) -> None:
            self._transaction(case, "finished", task)

        def journey(case: str) -> None:
            self._live(case)

        self._command = DBOS.workflow(name="command")(command)
        self._task = DBOS.workflow(name="task")(finish)
        self._journey = DBOS.workflow(name="journey")(journey)

    def commands(self, callers: int, rows: int) -> dict[str, float]:
        """Let so many callers give commands, each about a case of some twenty events."""
        cases = [str(uuid4()) for _ in range(callers)]
        for case in cases:
            for name in ("opened", *["served"] * (FILLED - 1)):
                self._command(case, name)
        together([partial(self._serve, case, 1) for case in cases])  # everybody has a connection before it counts
        cpu, before = time.process_time(), self._backends.seconds()
        seconds = together([partial(self._serve, case, rows) for case in cases])
        return {"seconds": seconds, "cpu": time.process_time() - cpu, "database": self._backends.since(before)}

    def journeys(self, people: int) -> dict[str, float]:
        """Take so many people through the six stages at once; two worker processes do their tasks."""
        if not self._has_workers:
            for _ in range(2):
                self._stack.enter_context(running("bench.peers.durable_workflows", "work", self._url))
            self._has_workers = True
        begin = time.perf_counter()
        under_way = [DBOS.start_workflow(self._journey, str(uuid4())) for _ in range(people)]
        for one in under_way:
            one.get_result(polling_interval_sec=POLL_S)
        return {"seconds": time.perf_counter() - begin}

    def close(self) -> None:
        """Stop, the workers first."""
        self._stack.close()
        DBOS.destroy()
        self._hand.close()
        self._backends.close()

    def _serve(self, case: str, rows: int) -> None:
        for _ in range(rows):
            self._command(case, "served")

    def _transaction(self, case: str, name: str, task: str = "") -> dict[str, Any]:
        options = {"isolation_level": "READ COMMITTED", "name": name}
        return dict(self._data.run_tx_step(options, self._write, case, name, task))

    def _write(self, case: str, name: str, task: str) -> dict[str, Any]:
        """Write a command by hand on the connection of the library's transaction."""
        driver = self._data.sql_session().connection().connection.driver_connection
        decide = finished(task) if task else _BY_NAME[name]
        change = self._hand.written(driver, UUID(case), decide)
        return {"asked": change.asked, "closed": change.state.closed}

    def _live(self, case: str) -> None:
        done = self._transaction(case, "opened")
        while not done["closed"]:
            done = self._transaction(case, "advanced")
            tasks = [DBOS.enqueue_workflow(QUEUE, self._task, case, task) for task in done["asked"]]
            for task in tasks:
                task.get_result(polling_interval_sec=POLL_S)


def main(part: str, url: str) -> None:
    """Answer questions, or do tasks, until the input closes."""
    workflows = Workflows(url, work=part == "work")
    if part == "work":
        print("ready", flush=True)
        sys.stdin.read()
    else:
        answer_questions({"commands": workflows.commands, "journeys": workflows.journeys})
    workflows.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
