"""The links of a run do what is said of them: a fault that strikes nothing would let a run look good."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.chaos.links import Way
from tests.chaos.town import LOOPBACK, Links, links_on

pytestmark = pytest.mark.xdist_group("chaos")
WAY = "worker-0>log"


class Echo(socketserver.BaseRequestHandler):
    """Says back whatever it hears."""

    def handle(self) -> None:
        with suppress(OSError):
            while heard := self.request.recv(65_536):
                self.request.sendall(heard)


@pytest.fixture(scope="module")
def links() -> Iterator[Links]:
    with socketserver.ThreadingTCPServer((LOOPBACK, 0), Echo) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with links_on([Way(WAY, LOOPBACK, (LOOPBACK, int(server.server_address[1])))]) as links:
            yield links
        server.shutdown()


@pytest.fixture
def open_links(links: Links) -> Links:
    links.become(WAY, "open")
    return links


def connected(links: Links) -> socket.socket:
    return socket.create_connection((LOOPBACK, links.ports[WAY]), timeout=10)


def said_back(line: socket.socket, said: bytes) -> bytes:
    """Say something and return what comes back, until all of it is there or the line is cut."""
    heard = b""
    with suppress(ConnectionError):
        line.sendall(said)
        while len(heard) < len(said) and (more := line.recv(65_536)):
            heard += more
    return heard


def test_an_answer_is_broken_off_after_so_many_bytes(open_links: Links) -> None:
    with connected(open_links) as line:
        assert said_back(line, b"whole") == b"whole"
        open_links.become(WAY, "short", 7)
        assert said_back(line, b"broken off in the middle") == b"broken "


def test_a_cut_link_ends_who_is_connected_and_lets_nobody_through_until_it_is_mended(open_links: Links) -> None:
    with connected(open_links) as line:
        assert said_back(line, b"hello") == b"hello"
        open_links.become(WAY, "cut")
        assert said_back(line, b"hello") == b""
    with connected(open_links) as line:
        assert said_back(line, b"hello") == b""
    open_links.become(WAY, "open")
    with connected(open_links) as line:
        assert said_back(line, b"hello") == b"hello"


def test_through_a_silent_link_nothing_comes_and_afterwards_all_of_it(open_links: Links) -> None:
    with connected(open_links) as line:
        assert said_back(line, b"before") == b"before"
        open_links.become(WAY, "silent")
        line.sendall(b"meanwhile")
        line.settimeout(0.3)
        with pytest.raises(TimeoutError):
            line.recv(100)
        line.settimeout(10)
        open_links.become(WAY, "open")
        assert line.recv(100) == b"meanwhile"


def test_a_slow_link_keeps_the_order_also_when_it_becomes_quick_again(open_links: Links) -> None:
    said = bytes(range(256)) * 2000
    with connected(open_links) as line:
        assert said_back(line, b"hello") == b"hello"
        open_links.become(WAY, "slow", 0.05)
        speaking = threading.Thread(target=line.sendall, args=(said,))
        speaking.start()
        heard = line.recv(1000)
        open_links.become(WAY, "open")
        while len(heard) < len(said):
            heard += line.recv(65_536)
        speaking.join()
    assert heard == said
