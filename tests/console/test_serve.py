"""`wayhome serve`: only over an encrypted way or on this machine, quiet about who looks at what, and gone when told."""

from __future__ import annotations

import re
import signal
import socket
import time
from pathlib import Path

import httpx2
import pytest

from console.errors import BadInput
from console.verbs.serve import site_for
from tests.kit.command_line import Wayhome
from tests.kit.web.served import served


def test_a_port_in_use_is_said_to_be_and_nothing_is_served(tmp_path: Path) -> None:
    wayhome = Wayhome(tmp_path)
    wayhome.done("programme", "publish", "moscow", "--as", "staff:operator")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = wayhome.told_off("serve", "--port", str(taken.getsockname()[1]), code=4)
    assert "stop what listens there, or name another one with --port" in told


def test_somebody_opens_the_first_account_and_comes_to_the_second_step(wayhome: Wayhome) -> None:
    password = re.search(
        r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}", wayhome.done("account", "open", "staff:root", "--role", "administrator")
    )
    assert password
    with served(wayhome.data) as (address, process), httpx2.Client(base_url=address) as client:
        page = client.get("/", follow_redirects=True)
        assert page.url.path == "/sign-in"
        assert "server" not in page.headers
        token = re.search(r'name="_token" value="([0-9a-f]{32})"', page.text)
        assert token
        given = {"_token": token.group(1), "account": "root", "password": password.group()}
        assert client.post("/sign-in", data=given).headers["location"] == "/sign-in/first"
        assert client.get("/cases/7K3P9-QXM2D?name=Irina").status_code == 303
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=30)[0]
    assert process.returncode in (0, -signal.SIGTERM)
    assert "Wayhome is at" in said
    for private in ("Irina", "7K3P9", "/sign-in", "root", password.group(), "Traceback"):
        assert private not in said, said


def test_headers_without_end_are_not_read_and_it_goes_within_seconds_although_somebody_is_sending(
    wayhome: Wayhome,
) -> None:
    with served(wayhome.data) as (address, process):
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=20) as endless:
            endless.sendall(b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\nCookie: " + b"a" * 20_000)
            assert b" 400 " in endless.recv(1000)
        assert httpx2.get(f"{address}/sign-in").status_code == 200
        with socket.create_connection((host, int(port)), timeout=10) as slow:
            slow.sendall(b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n")
            begun = time.monotonic()
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)
            assert time.monotonic() - begun < 15


def test_somebody_is_told_when_nobody_may_sign_in_yet(wayhome: Wayhome) -> None:
    with served(wayhome.data, "--no-workers") as (_, process):
        process.send_signal(signal.SIGTERM)
        assert "wayhome account open" in process.communicate(timeout=30)[0]


def test_other_machines_are_not_served_in_the_clear(wayhome: Wayhome) -> None:
    for host in ("0.0.0.0", "::", "192.0.2.7", "wayhome.example.org"):
        assert "--origin https" in wayhome.told_off("serve", "--host", host)
    for origin in (
        "http://wayhome.example.org",
        "https://wayhome.example.org/a",
        "ftp://a",
        "https://a b",
        "https://a:99999",
    ):
        assert "origin" in wayhome.told_off("serve", "--origin", origin)


def test_where_people_reach_it_follows_from_what_was_said() -> None:
    assert site_for("127.0.0.1", 8421).origin == "http://localhost:8421"
    assert site_for("::1", 80).hosts == {"localhost", "127.0.0.1", "::1"}
    proxied = site_for("0.0.0.0", 8421, "https://Wayhome.example.org/")
    assert (proxied.origin, proxied.encrypted) == ("https://wayhome.example.org", True)
    assert proxied.hosts == {"wayhome.example.org"}
    assert site_for("127.0.0.1", 8421, "http://localhost:9000").port == 9000
    with pytest.raises(BadInput):
        site_for("0.0.0.0", 8421, "http://localhost:8421")
