"""What is told about the journey itself: the stages somebody enters."""

from events.catalogue import Fact


class StageEntered(Fact):
    """The person moved on in the journey; ``checked`` names the guards that were asked and passed."""

    trigger: str
    source: str
    dest: str
    checked: tuple[str, ...] = ()
    reason: str = ""
    second: str = ""  # of two people, the one who proposed it; the other confirmed
    proposal: str = ""
