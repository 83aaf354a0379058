"""Tables as CSV (RFC 4180) that no spreadsheet program takes for formulas."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from fastapi.responses import Response, StreamingResponse

# With these a cell is calculated, or reaches out to the network, when somebody opens the file (OWASP, CSV injection).
_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MARK: Final = "\ufeff"  # without it some programs read the text as another alphabet's


def csv_answer(name: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    """Return a table as a file to save; the name is ours, never anything somebody typed."""
    headers = {"content-disposition": f'attachment; filename="{name}.csv"', "cache-control": "no-store"}
    return StreamingResponse(_lines(heads, rows), media_type="text/csv; charset=utf-8", headers=headers)


def harmless(cell: str) -> str:
    """Return a cell that is shown as it is and never calculated.

    >>> harmless("=1+1"), harmless("grants"), harmless(" @x")
    ("'=1+1", 'grants', "' @x")
    """
    return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) or cell.lstrip().startswith(_STARTS_A_FORMULA) else cell


def _lines(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield _MARK
    for row in (heads, *rows):
        line = io.StringIO()
        csv.writer(line, quoting=csv.QUOTE_ALL).writerow([harmless(cell) for cell in row])
        yield line.getvalue()
