"""Why a file is not taken: a word for each reason, which the doors have sentences for."""

from typing import Literal

Why = Literal[
    "empty", "too_large", "damaged", "too_many_pixels", "archive", "office", "page", "heic", "other_picture",
    "active_pdf", "locked_pdf", "dark_pdf", "two_kinds", "unknown",
]  # fmt: skip


class NotTakenError(Exception):
    """The file is not taken; nothing of it was kept."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why
