"""What follows when a file is taken away: its content is destroyed."""

from events.facts.attachments import FileRetracted
from handlers.reactions.moment import Follows, ReactionContext, Reactions
from workflow.subjects.attachments.decisions import RetractedFile


def _retracted(fact: FileRetracted, moment: ReactionContext) -> Follows:
    yield moment.request_task("destroy_file", RetractedFile(file_id=fact.file_id, digest=fact.digest))


REACTIONS: Reactions = {"FileRetracted": _retracted}
