"""How wide text is, without a font at hand: generous guesses, so that no label leaves its box in any of them."""

import unicodedata

# Parts of the height, measured on DejaVu Sans: one of the widest fonts a page falls back to.
_WIDTHS = (
    (0.37, " ,.'IJijl|·:;!()[]-/\\ft"),
    (0.46, 'r"'),
    (0.62, "Lcгзсэ?FPTYaekovxyГРТУабвекотухчьяё*_`sz0123456789bdghnpquEKSЕЗ$Ё–"),
    (0.72, "йлнпрцдъABCRVXZАБВКСХЧЬЭЯ{}"),
    (0.82, "DGHNUИЙЛНПмOQwДОЦы&"),
    (1.13, "MW%mщ@ЖЩЮШ—…№"),
)
_WIDTH = {letter: width for width, letters in _WIDTHS for letter in letters}
_BOLD = 1.12


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Return how much room a line takes at most.

    >>> width_of("Care", 10) < width_of("Accommodation", 10)
    True
    """
    return sum(_letter(letter) for letter in text) * size * (_BOLD if bold else 1)


def _letter(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0
    wide = unicodedata.east_asian_width(letter) in "WF"
    return _WIDTH.get(letter, 1.05 if wide else 0.9)


def fitted(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """Return as much of a line as there is room for, and three dots for the rest.

    >>> fitted("Accommodation", 60, 10)
    'Accomm…'
    """
    if width_of(text, size, bold=bold) <= width:
        return text
    shorter = text
    while shorter and width_of(shorter + "…", size, bold=bold) > width:
        shorter = shorter[:-1]
    return shorter.rstrip() + "…"


def wrapped(text: str, width: float, size: float, *, rows: int = 2, bold: bool = False) -> tuple[str, ...]:
    """Return a label in at most so many lines; what does not fit ends in three dots.

    >>> wrapped("On the way home", 70, 10)
    ('On the way', 'home')
    """
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if not lines[-1] or width_of(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > rows:
        lines = [*lines[: rows - 1], " ".join(lines[rows - 1 :])]
    return tuple(fitted(line, width, size, bold=bold) for line in lines)


def widest_word(texts: tuple[str, ...], size: float, *, bold: bool = False) -> float:
    """Return the room the longest word takes: a box at least so wide breaks no word."""
    return max((width_of(word, size, bold=bold) for text in texts for word in text.split()), default=0)
