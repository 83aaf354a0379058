"""`procrastinate`: psycopg by hand, and each task a job that is written in the commit of the events.

``python -m bench.peers.procrastinating KIND URL REDIS`` is a worker process; it ends when its input closes.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector

from bench.peers.by_hand import Connection, Pipelined
from bench.peers.work import Change, finished

THREADS = 4  # as many as a crew of Wayhome has
FINISH = "finish"


class Procrastinating(Pipelined):
    """Writes jobs where the others write rows of a table of tasks."""

    def __init__(self, url: str, *, create: bool = True) -> None:
        super().__init__(url)
        self._app = App(connector=SyncPsycopgConnector(conninfo=url))
        if create:
            with self._app.open():
                self._app.schema_manager.apply_schema()

    def _write_tasks(self, connection: Connection, case: UUID, change: Change) -> None:
        for task in change.asked:
            self._app.configure_task(FINISH, connection=connection).defer(case=str(case), task=task)


async def working(url: str, name: str, do: Callable[..., None]) -> None:
    """Do jobs of a name until the input closes."""
    app = App(connector=PsycopgConnector(conninfo=url))
    app.task(do, name=name)
    async with app.open_async():
        worker = asyncio.create_task(app.run_worker_async(concurrency=THREADS, install_signal_handlers=False))
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker


def work(url: str) -> None:
    """Report tasks until the input closes."""
    store = Pipelined(url)

    def finish(case: str, task: str) -> None:
        store.record(UUID(case), finished(task))

    asyncio.run(working(url, FINISH, finish))
    store.close()


if __name__ == "__main__":
    work(sys.argv[2])
