"""An office with a door and a case whose name and story are known, for the tests of the API."""

from __future__ import annotations

import pytest

from tests.kit.offices import Office
from tests.kit.story import Story
from tests.kit.web.houses import WebHouse
from tests.kit.web.programs import NAME, STORY


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


@pytest.fixture
def case(office: Office) -> Story:
    return Story(office, name=NAME, story=STORY)
