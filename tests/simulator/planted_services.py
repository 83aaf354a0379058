"""Planted bugs of the services beside a case's way; the simulator's years with all services must notice them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from console.attachments.attaching import GivenFile, Sender, attach
from console.container import Container
from events.file_stores import FileStore
from handlers.commanding.answers import Answer
from tests.simulator.services import uploads
from workflow.case import evolve
from workflow.case.state import Case
from workflow.command import Command

Patch = pytest.MonkeyPatch


class _Later:
    """A store that keeps what it is handed in memory until it is told to store it."""

    def __init__(self, store: FileStore) -> None:
        self._store = store
        self._handed: dict[str, bytes] = {}

    def put(self, name: str, data: bytes) -> None:
        self._handed[name] = data

    def delete(self, name: str) -> None:
        self._handed.pop(name, None)
        self._store.delete(name)

    def store_it(self) -> None:
        for name, data in self._handed.items():
            self._store.put(name, data)


def a_file_is_recorded_before_it_is_stored(patch: Patch) -> None:
    """The log tells of a file whose bytes are still in memory."""

    def attaches(
        container: Container, case: Case, sender: Sender, given: GivenFile, submit: Callable[[Command], Answer]
    ) -> Answer:
        store = container.files
        later = _Later(store)
        container.files = cast("FileStore", later)
        try:
            answer = attach(container, case, sender, given, submit)
        finally:
            container.files = store
        later.store_it()
        return answer

    patch.setattr(uploads, "attach", attaches)


def what_was_corrected_stays_as_it_was(patch: Patch) -> None:
    """A correction is in the history, and what was said before it counts."""
    for name in ("DetailsCorrected", "CitizenshipsCorrected"):
        patch.setitem(cast("dict[str, Any]", evolve._CHANGES), name, [])
