"""A file of the bank that somebody names at the command line."""

from pathlib import Path
from typing import Final

from console.errors import BadInput

_BYTES_MAX: Final = 10_000_000


def file_read(file: Path, advice: str) -> bytes:
    """Return what a file of the bank holds; raises BadInput when it is none, or larger than one ever is."""
    if not file.is_file():
        raise BadInput(f"there is no file {file}")
    if file.stat().st_size > _BYTES_MAX:
        raise BadInput(f"the file is larger than 10 MB; {advice}")
    return file.read_bytes()
