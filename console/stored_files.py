"""Where this office keeps its sealed files: a folder of the data, or the store that one setting names."""

from console.settings import Settings
from events.file_stores import FileStore, FolderFiles


def file_store(here: Settings) -> FileStore:
    """Return the store in force; nothing is made or asked before something is put or read there."""
    if not here.files_url:
        return FolderFiles(here.files_folder)
    from events.s3_address import parse_s3
    from events.s3_files import S3Files

    return S3Files(parse_s3(here.files_url))
