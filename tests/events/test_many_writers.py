"""Several processes and threads write at once; nobody who reads along misses anything."""

import multiprocessing
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from events.envelope import RecordedEvent
from events.errors import StreamMoved
from events.log import Log
from events.verify import verify
from tests.kit.logs import LINKED, tell, write_again_and_again

SPAWN = multiprocessing.get_context("spawn")
WRITERS = 3
WRITES = 30


class Follower(threading.Thread):
    """Reads the log as it grows, always asking for what comes after the last position it saw."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log
        self.seen: list[RecordedEvent] = []
        self.done = threading.Event()

    def run(self) -> None:
        last_round = False
        while True:
            page = self._log.page(after=self.seen[-1].position if self.seen else -1, limit=7)
            self.seen += page
            if last_round and not page:
                return
            last_round = self.done.is_set()


def test_a_reader_skips_nothing_while_processes_write(log: Log) -> None:
    url = log.database.url.render_as_string(hide_password=False)
    processes = [SPAWN.Process(target=write_again_and_again, args=(url, n, WRITES)) for n in range(WRITERS)]
    follower = Follower(log)
    for process in processes:
        process.start()
    follower.start()
    for process in processes:
        process.join()
    follower.done.set()
    follower.join()
    assert [process.exitcode for process in processes] == [0] * WRITERS
    assert_whole(log, follower, WRITERS * WRITES)


def test_a_reader_skips_nothing_while_threads_write(log: Log) -> None:
    def write(writer: int) -> None:
        for number in range(WRITES):
            while True:
                try:
                    tell(log, (f"case:{writer}", LINKED), ("fund:shared", LINKED), command_id=f"{writer}-{number}")
                    break
                except StreamMoved:
                    continue

    follower = Follower(log)
    follower.start()
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    follower.done.set()
    follower.join()
    assert_whole(log, follower, WRITERS * WRITES)


def assert_whole(log: Log, follower: Follower, commands: int) -> None:
    assert [event.position for event in follower.seen] == list(range(log.size()))
    told = Counter(event.envelope.command_id for event in follower.seen)
    assert len(told) == commands
    assert set(told.values()) <= {1, 2}
    by_stream = Counter(event.envelope.stream for event in follower.seen)
    assert all(by_stream[f"case:{writer}"] == WRITES for writer in range(WRITERS))
    report = verify(log)
    assert report.ok, report.findings
    assert report.events == log.size()
