"""Reading a form with a file: in memory and within limits, so that nothing of it lies on a disk in the clear.

The framework's own reader puts what is larger than a megabyte into a temporary file. Where a file may be sent, it is
read here, only for who is signed in, and only so many at a time.
"""

import asyncio
import re
from typing import Final

from fastapi import HTTPException, Request
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser

# The addresses that take a file: of pages, and the one of programs.
_TAKES_FILES: Final = re.compile(r"/upload/.*|/api/v1/cases/[^/]+/files", re.DOTALL)
AT_ONCE: Final = 6  # of ten megabytes each, and as much again while it is sealed
_FILES_MAX: Final = 2  # one that was chosen or one that was photographed; the other comes empty
_FIELDS_MAX: Final = 50


class _MemoryParser(MultiPartParser):
    spool_max_size = 1 << 30  # never reached: the wall in front counts the bytes


class UploadSlots:
    """How many files are read at a time in this process; whoever comes then waits for a turn."""

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def __aenter__(self) -> None:
        """Wait for a turn."""
        await self._slots.acquire()

    async def __aexit__(self, *_: object) -> None:
        """Let the next one in."""
        self._slots.release()


def is_for_files(path: str) -> bool:
    """Tell whether a file may be sent to an address."""
    return _TAKES_FILES.fullmatch(path) is not None


def takes_file(request: Request) -> bool:
    """Tell whether a request may bring a file."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return is_for_files(request.url.path) and request.method == "POST" and kind == "multipart/form-data"


async def form_with_file(request: Request) -> FormData:
    """Return what was sent; raises HTTPException for what is no such form, ClientDisconnect for one cut short."""
    parser = _MemoryParser(request.headers, request.stream(), max_files=_FILES_MAX, max_fields=_FIELDS_MAX)
    try:
        return await parser.parse()
    except MultiPartException as problem:
        raise HTTPException(400, problem.message) from None
