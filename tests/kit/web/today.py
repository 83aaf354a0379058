"""What a part of My work says, and somebody who is in danger."""

from __future__ import annotations

import re
from html import unescape

from tests.kit.story import Story
from tests.kit.web.houses import Person
from tests.kit.web.sent import plain
from workflow.subjects.access.commands import AssignCase


def section(person: Person, name: str, path: str = "/work") -> str:
    """Return what a part of the page says, without its tags; nothing when it is not there."""
    text = unescape(person.get(path).text)
    found = re.search(rf'<section[^>]*id="{name}".*?</section>', text, re.DOTALL)
    return plain(found[0]) if found else ""


def owned(case: Story, owner: str, team: str = "") -> Story:
    return case.does(AssignCase, owner=owner, team=team)
