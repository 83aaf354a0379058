"""An office with a door, a case in care and the form of a note, for the tests of drafts."""

from __future__ import annotations

import pytest

from tests.kit.offices import Office
from tests.kit.roads import bring
from tests.kit.story import Story, story
from tests.kit.web.houses import WebHouse


@pytest.fixture
def web(office: Office) -> WebHouse:
    return WebHouse(office)


@pytest.fixture
def case(office: Office) -> Story:
    return bring(story(office), "care")


@pytest.fixture
def note(case: Story) -> str:
    return f"/cases/{case.case_id}/do/AddNote"
