"""What follows from a fact: tasks, timers, and their cancelling. Pure: nothing is sent, facts come out.

What is asked for is itself recorded, so the history shows every task and timer with its cause, and a later
change of these rules never changes what an old history meant.
"""

from collections import defaultdict
from importlib import import_module
from pkgutil import iter_modules

from events.catalogue import Fact
from handlers.reactions.moment import Reaction, ReactionContext
from workflow.registry import SUBJECTS

_FOUND = {module.name for module in iter_modules(__path__)}
_STEMS = (
    "journey",
    "decisions",
    *(subject.stem for subject in SUBJECTS),
)  # a module of another name is a test's finding
_REACTIONS: dict[str, list[Reaction]] = defaultdict(list)
for _stem in _STEMS:
    if _stem in _FOUND:
        for _name, _reaction in import_module(f"{__name__}.{_stem}").REACTIONS.items():
            _REACTIONS[_name].append(_reaction)


def react(fact: Fact, moment: ReactionContext) -> list[Fact]:
    """Return what follows from a fact of a case, subject by subject; what two subjects ask for is told once."""
    found = (follow for reaction in _REACTIONS.get(type(fact).__name__, ()) for follow in reaction(fact, moment))
    return list({(type(follow), _about(follow)): follow for follow in found}.values())


def _about(follow: Fact) -> object:
    own = vars(follow)  # asked of a model, an attribute that is not there costs as much as the rest of a reaction
    return own.get("task_id") or own.get("timer_id") or follow
