"""Why a file is not attached, looked at or taken away."""

from typing import Final

from workflow.reasons import ReasonKind

FILE_IS_NEW: Final = ReasonKind("file_is_new", looked_at=("file_id",), field="file")
FILES_ARE_FEW: Final = ReasonKind("files_are_few", ("count",), field="file")
FILE_IS_THERE: Final = ReasonKind("file_is_there", looked_at=("file_id",), field="file_id")
