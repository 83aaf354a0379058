"""Destroying the content of a file that was taken away. Safe to repeat: what is gone stays gone."""

from typing import Final

from events.facts.attachments import FileRetracted
from events.ids import case_stream
from workers.errors import Refused
from workers.running.jobs import Adapters, Effect, Job, offer_again, one_by_one
from workflow.subjects.attachments.decisions import RetractedFile


def destroy_file(job: Job[RetractedFile], outside: Adapters) -> str:
    """Remove the ciphertext from the store; only of a file that the case's own history says was taken away."""
    log = outside.log
    told = [log.fact(event) for event in log.of_types(case_stream(job.case_id), (FileRetracted.__name__,))]
    asked = (job.about.file_id, job.about.digest)
    if not any(isinstance(fact, FileRetracted) and (fact.file_id, fact.digest) == asked for fact in told):
        raise Refused("nobody took this file away; look at who asked for the task")
    outside.files.delete(job.about.digest)
    return "destroyed"


EFFECTS: Final = (Effect("destroy_file", "attachments", one_by_one(destroy_file), offer_again),)
