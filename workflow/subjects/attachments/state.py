"""Which files a case has, and what each proves."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from events.facts.attachments import FileAttached, FileDestroyed, FileRetracted
from workflow.case.state import NOTHING, At, Case, Change, Part


class AttachedFile(NamedTuple):
    """A file of the case: what it is, what it proves, who attached it and when; ``retracted`` is why it is gone."""

    kind: str
    compartment: str
    media_type: str
    size: int
    digest: str
    fingerprint: str
    by: str
    at: str
    proves: str = ""  # a fact of the case, and the version at which it was told
    proves_version: int | None = None
    retracted: str = ""
    destroyed: bool = False


class Attachments(NamedTuple):
    """The files of a case by their numbers."""

    files: Mapping[str, AttachedFile] = NOTHING

    @property
    def live(self) -> Mapping[str, AttachedFile]:
        """Return the files that were not taken away."""
        return {key: one for key, one in self.files.items() if not one.retracted}


attachments_of: Final = Part("attachments", Attachments())


def _attached(case: Case, fact: FileAttached, at: At) -> Case:
    made = AttachedFile(
        fact.kind, fact.compartment, fact.media_type, fact.size, fact.digest, fact.fingerprint, at.actor,
        at.recorded_at, fact.proves, fact.proves_version,
    )  # fmt: skip
    return _with(case, fact.file_id, made)


def _retracted(case: Case, fact: FileRetracted, _at: At) -> Case:
    file = attachments_of(case).files[fact.file_id]
    return _with(case, fact.file_id, file._replace(retracted=fact.reason))


def _destroyed(case: Case, fact: FileDestroyed, _at: At) -> Case:
    file = attachments_of(case).files[fact.file_id]
    return _with(case, fact.file_id, file._replace(destroyed=True))


def _with(case: Case, file_id: str, file: AttachedFile) -> Case:
    return attachments_of.changed(case, files={**attachments_of(case).files, file_id: file})


CHANGES: dict[str, Change] = {
    "FileAttached": _attached,
    "FileRetracted": _retracted,
    "FileDestroyed": _destroyed,
}
