"""What lies outside after a drill, counted: payments by what they pay, letters by what they say."""

from collections import Counter

from console.settings import Settings
from workers.iso20022.sent_payments import read_sent


def payments(here: Settings) -> Counter[str]:
    """Return how many files pay each part of a grant."""
    files = [file for folder in ("out", "sent") for file in (here.bank_folder / folder).glob("*.xml")]
    return Counter(one.end_to_end_id for file in files for one in read_sent(file.read_bytes()))


def letters(here: Settings) -> Counter[bytes]:
    """Return how many letters say the same to the same: all but when they were written, and under which number."""
    written = [file.read_bytes().split(b"\r\n") for file in here.post_folder.glob("*.eml")]
    changing = (b"Date:", b"Message-ID:", b"DTSTAMP")
    return Counter(b"\n".join(line for line in one if not line.startswith(changing)) for one in written)


def sent_again(before: Counter[bytes], after: Counter[bytes]) -> int:
    """Return how many letters went out once more that had gone out before."""
    return sum(after[letter] - number for letter, number in before.items())
