"""Hosts that share nothing but a network: namespaces of their own, disks of their own, and a wire between them."""

import os
import socket
import socketserver
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from tests.servers.binaries import NoServer


class Host:
    """A namespace with its own loopback, its own address on the wire and its own disk."""

    def __init__(self, name: str, disk: Path) -> None:
        self.name, self.disk = name, disk

    def words(self, *words: str) -> list[str]:
        return ["ip", "netns", "exec", self.name, *words]

    def run(self, *words: str, env: Mapping[str, str], stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a program on this host until it ends."""
        return subprocess.run(self.words(*words), env=env, input=stdin, capture_output=True, text=True, timeout=120,
                              check=False)  # fmt: skip

    @contextmanager
    def running(self, *words: str, env: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
        """Run a program on this host until the block ends."""
        with (self.disk / "said.txt").open("w") as said:
            process = subprocess.Popen(self.words(*words), env=env, stdout=said, stderr=said, text=True)
            try:
                yield process
            finally:
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(20)
                process.kill()
                process.wait()


class Wire:
    """A bridge of this machine on which hosts hang, and servers that are reached over it and no other way."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._number = folder, os.getpid() % 250
        self.bridge = f"wh{os.getpid()}"
        self.address = f"10.231.{self._number}.1"
        self._stack = ExitStack()
        self._hosts = 0

    def __enter__(self) -> Self:
        _ip("link", "add", self.bridge, "type", "bridge")
        self._stack.callback(_ip, "link", "del", self.bridge)
        _ip("addr", "add", f"{self.address}/24", "dev", self.bridge)
        _ip("link", "set", self.bridge, "up")
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def host(self, name: str) -> Host:
        """Add a host with a disk of its own."""
        self._hosts += 1
        space, near, far = (f"{kind}{os.getpid()}{self._hosts}" for kind in ("wh-ns-", "wn", "wf"))
        _ip("netns", "add", space)
        self._stack.callback(_ip, "netns", "del", space)
        _ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", space)
        _ip("link", "set", near, "master", self.bridge, "up")
        _ip("-n", space, "addr", "add", f"10.231.{self._number}.{10 + self._hosts}/24", "dev", far)
        for device in ("lo", far):
            _ip("-n", space, "link", "set", device, "up")
        disk = self._folder / name
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=700", "tmpfs", str(disk)], check=True)
        self._stack.callback(subprocess.run, ["umount", "-l", str(disk)], check=True)
        return Host(space, disk)

    def reach(self, unix_socket: Path) -> int:
        """Let a server that listens at a socket of this machine be reached over the wire; return at which port."""
        server = _Relay((self.address, 0), _Through)
        server.unix_socket = str(unix_socket)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self._stack.callback(thread.join, 10)
        self._stack.callback(server.server_close)
        self._stack.callback(server.shutdown)
        return int(server.server_address[1])


class _Relay(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    unix_socket = ""


class _Through(socketserver.BaseRequestHandler):
    server: _Relay

    def handle(self) -> None:
        with socket.socket(socket.AF_UNIX) as behind:
            behind.connect(self.server.unix_socket)
            back = threading.Thread(target=_pour, args=(behind, self.request), daemon=True)
            back.start()
            _pour(self.request, behind)
            back.join(10)


def _pour(source: Any, target: Any) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _ip(*words: str) -> None:
    found = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if found.returncode:
        raise NoServer(f"no network namespaces here: {found.stderr.strip()}")


def programs_there() -> bool:
    """Tell whether this user may make namespaces and disks."""
    return os.geteuid() == 0 and _answers(["ip", "netns", "list"])


def _answers(words: Sequence[str]) -> bool:
    try:
        return subprocess.run(words, capture_output=True, check=False).returncode == 0
    except OSError:
        return False
