"""Two gigabytes, really sent: the console says no at once, and is no larger afterwards."""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import pytest

from console.accounts.passwords import CHEAP
from console.accounts.sign_in import open_auth_services
from console.container import Container
from console.settings import Settings
from console.web.punctual_protocol import REFUSED_BYTES_MAX
from console.web.site import Site
from events.world import SystemClock
from tests.kit.command_line import Wayhome
from tests.kit.people import ANNA
from tests.kit.web.served import served

GIGABYTES: Final = 2_000_000_000
READ_MAX: Final = REFUSED_BYTES_MAX + 30_000_000  # of what is sent: what is read, what ran out, and what is on its way
LARGER_MAX_KB: Final = 60_000  # six files of ten megabytes may be in memory at a time; here there is one
PIECE: Final = bytes(262_144)


class House(NamedTuple):
    """A console in a process of its own, and what Anna's browser keeps of it."""

    port: int
    process: subprocess.Popen[str]
    cookie: str

    def memory_kb(self) -> int:
        """Return the most memory the server ever had."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1])  # type: ignore[index]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    wayhome = Wayhome(tmp_path_factory.mktemp("served"))
    wayhome.done("programme", "publish", "moscow", "--as", "staff:operator")
    wayhome.open_account(ANNA, "case_manager")
    container = Container(Settings(data=wayhome.data))
    auth = open_auth_services(container.service, SystemClock(), container.chance, hashing=CHEAP)
    row = auth.accounts.row(ANNA)
    assert row is not None
    token = auth.sessions.start(ANNA, row.epoch, strong=True)
    container.close()
    with served(wayhome.data) as (address, process):
        yield House(urlsplit(address).port or 0, process, f"{Site(address).cookie}={token}")


def head(house: House, path: str, length: str, cookie: str) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1", f"Host: localhost:{house.port}", "Content-Type: multipart/form-data; boundary=b",
        length, f"Origin: http://localhost:{house.port}", *([f"Cookie: {cookie}"] if cookie else []),
    ]  # fmt: skip
    return "\r\n".join([*lines, "", ""]).encode()


def sends(house: House, path: str, *, chunked: bool, cookie: str = "") -> tuple[int, bytes]:
    """Send as much as is taken of two gigabytes; return how much that was, and what was answered."""
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {GIGABYTES}"
    begins = b'--b\r\nContent-Disposition: form-data; name="file"; filename="scan.pdf"\r\n\r\n'
    sent, answer = 0, b""
    with socket.create_connection(("127.0.0.1", house.port), timeout=30) as wire:
        wire.sendall(head(house, path, length, cookie))
        with suppress(ConnectionError):
            for piece in (begins, *(PIECE for _ in range(GIGABYTES // len(PIECE)))):
                wire.sendall(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
                sent += len(piece)
        with suppress(ConnectionError):
            while more := wire.recv(65_536):
                answer += more
    return sent, answer


@pytest.mark.parametrize("chunked", [False, True], ids=["says how much", "does not say"])
@pytest.mark.parametrize("is_anna", [True, False], ids=["signed in", "a stranger"])
@pytest.mark.parametrize("path", ["/upload/cases/7K3P9-QXM2D/files", "/api/v1/cases/7K3P9-QXM2D/files"])
def test_two_gigabytes_are_refused_early_and_kept_nowhere(
    house: House, path: str, *, is_anna: bool, chunked: bool
) -> None:
    before = house.memory_kb()
    sent, answer = sends(house, path, chunked=chunked, cookie=house.cookie if is_anna else "")
    assert house.process.poll() is None
    assert sent < READ_MAX
    assert answer.startswith((b"HTTP/1.1 413", b"HTTP/1.1 401", b"HTTP/1.1 303")), answer[:200]
    if is_anna or not chunked:
        assert answer.startswith(b"HTTP/1.1 413"), answer[:200]
        assert b"10 MB at most" in answer
    assert house.memory_kb() - before < LARGER_MAX_KB
