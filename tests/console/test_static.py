"""Our own files are sent packed, because nothing secret is in them; pages never are, because something is."""

from __future__ import annotations

import pytest

from console.web.rendering import STATIC, static_address
from tests.kit.offices import Office
from tests.kit.web.houses import WebHouse


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


@pytest.mark.parametrize("name", ["wayhome.css", "wayhome.js", "mark.svg"])
def test_a_file_is_the_same_packed_and_unpacked(house: WebHouse, name: str) -> None:
    client, address = house.client(), static_address(name)
    packed = client.get(address, headers={"accept-encoding": "gzip"})
    plain = client.get(address, headers={"accept-encoding": "identity"})
    assert (packed.headers.get("content-encoding"), plain.headers.get("content-encoding")) == ("gzip", None)
    assert packed.content == plain.content == (STATIC / name).read_bytes()
    assert int(packed.headers["content-length"]) < len(plain.content)
    assert packed.headers["vary"] == plain.headers["vary"] == "accept-encoding"


def test_a_page_with_a_token_is_never_packed(house: WebHouse) -> None:
    anna = house.sign_in()
    for path in ("/work", "/cases?view=list", "/me", "/sign-in"):
        answer = anna.get(path, headers={"accept-encoding": "gzip, br"})
        assert "content-encoding" not in answer.headers
