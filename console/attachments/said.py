"""Why a file is not taken, in words that say what helps; in the console in the reader's language."""

from collections.abc import Mapping
from typing import Final

from console.attachments.faults import Why

N_: Final = str  # marks a text for translation; it is translated where it is shown
SAID: Final[Mapping[Why, str]] = {
    "empty": N_("The file is empty. Choose the file again, or take the picture again."),
    "too_large": N_("The file is larger than 10 MB. Scan it in grey or in fewer pages, and send it again."),
    "damaged": N_("The file is damaged or did not arrive whole. Open it yourself to see, save it anew, send it again."),
    "too_many_pixels": N_("The picture is larger than any scan. Save it smaller, and send it again."),
    "archive": N_(
        "Archives and office files are not taken: nobody can look into them safely. Save each paper as PDF, and send "
        "them one by one."
    ),
    "office": N_("Office files are not taken, they may hold programs. Save it as PDF, and send that."),
    "page": N_("Web pages and drawings (HTML, SVG, XML) are not taken, they may hold programs. Save it as PDF or PNG."),
    "heic": N_("HEIC pictures are not taken. Set the telephone to take JPEG, or save the picture as JPEG."),
    "other_picture": N_("Pictures are taken as JPEG or PNG. Save it as one of these, and send it again."),
    "active_pdf": N_(
        "This PDF holds scripts, programs or other files, and is not taken. Print it into a new PDF, or scan the paper."
    ),
    "locked_pdf": N_("This PDF is locked with a password. Save it without one, and send it again."),
    "dark_pdf": N_("Parts of this PDF cannot be looked into. Print it into a new PDF, or scan the paper."),
    "two_kinds": N_("This file is an archive as well as what it seems to be, and is not taken. Scan the paper anew."),
    "unknown": N_("This is neither a picture (JPEG, PNG) nor a PDF. Scan the paper, or save it as PDF."),
}
