"""Takes a payee out of the bank's files and leaves what the books need: ids, amounts, days and what was decided.

A file of ours holds one payment; the bank's own may hold many people's, and only the entries of one are changed.
"""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from events.durable_file import replace_whole
from workers.errors import Unavailable
from workers.iso20022.bank_folder import READ, UNREADABLE
from workers.iso20022.xml import BankFileError, parsed, written

GONE: Final = "ERASED"
_ENTRIES: Final = ("CdtTrfTxInf", "TxInfAndSts", "TxDtls", "Ntry")
_IDS: Final = ("EndToEndId", "OrgnlEndToEndId")
# What stays readable of an entry; everything else in it may be a name, an account or an address.
_KEPT: Final = frozenset({
    *_IDS, "InstrId", "OrgnlInstrId", "MsgId", "PmtInfId", "OrgnlPmtInfId", "TxId", "NtryRef", "AcctSvcrRef",
    "Amt", "InstdAmt", "TxAmt", "CdtDbtInd", "TxSts", "Sts", "Cd", "Prtry", "Dt", "DtTm", "AccptncDtTm", "RvslInd",
})  # fmt: skip


def redact_folder(folder: Path, payments: Collection[str]) -> int:
    """Take the payees of these payments out of every file under a folder of the bank's; return how many were changed.

    Repeating it changes nothing. Raises Unavailable when a file cannot be written now.
    """
    return sum(_redacted(path, payments) for path in _files(folder))


def mentions(data: bytes, payments: Collection[str]) -> bool:
    """Tell whether a file names one of these payments."""
    return any(one.encode(how) in data for one in payments for how in ("ascii", "utf-16-le", "utf-16-be"))


def redact(data: bytes, payments: Collection[str]) -> bytes:
    """Return the file without the payees of these payments; raises BankFileError when it is no file of a bank's."""
    root = parsed(data)
    for entry in _entries_about(root, payments):
        for one in entry.iter():
            if one.text and one.text.strip() and _tag(one) not in _KEPT:
                one.text = GONE
    return written(_unprefixed(root))


def _unprefixed(root: ET.Element) -> ET.Element:
    """Write names as the bank's own programs do, where the file knows one namespace: without a prefix at each."""
    spaces = {one.tag.partition("}")[0].removeprefix("{") for one in root.iter() if one.tag.startswith("{")}
    if len(spaces) == 1:
        for one in root.iter():
            one.tag = _tag(one)
        root.set("xmlns", *spaces)
    return root


def _files(folder: Path) -> Iterator[Path]:
    for place in (folder, folder / READ, folder / UNREADABLE):
        if place.is_dir():
            yield from (path for path in sorted(place.iterdir()) if path.is_file() and not path.is_symlink())


def _redacted(path: Path, payments: Collection[str]) -> int:
    try:
        data = path.read_bytes()
        if not mentions(data, payments):
            return 0
        new = redact(data, payments)
        if new == data:
            return 0
        replace_whole(path, new)
    except FileNotFoundError:
        return 0  # another process moved it, and is asked about where it is now when this is done again
    except (BankFileError, OSError) as problem:
        raise Unavailable("a file of the bank that names an erased payee cannot be changed") from problem
    return 1


def _entries_about(root: ET.Element, payments: Collection[str]) -> list[ET.Element]:
    """Return the entries about these payments and no others: one that holds several people's is not one person's."""
    return [entry for entry in root.iter() if _tag(entry) in _ENTRIES and _is_about_only(entry, payments)]


def _is_about_only(entry: ET.Element, payments: Collection[str]) -> bool:
    ids = {(one.text or "").strip() for one in entry.iter() if _tag(one) in _IDS}
    return bool(ids) and ids <= set(payments)


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
