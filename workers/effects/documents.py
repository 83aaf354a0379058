"""Writing to an authority that is late with a document; the letter quotes the document's id and nothing else."""

from handlers.states.case_reader import CaseSnapshot
from workers.errors import Refused
from workers.mail.letters import Letter, letter_effect
from workers.running.jobs import Job
from workflow.subjects.documents.deadlines import AuthorityLetter
from workflow.subjects.documents.state import documents_of


def _chaser(job: Job[AuthorityLetter], seen: CaseSnapshot) -> Letter:
    """Return the letter that asks how far the authority has come."""
    document_id = job.about.document_id
    paper = documents_of(seen.case).papers.get(document_id)
    if paper is None or paper.waits_for != "authority":
        raise Refused("the document does not lie with the authority any more")
    path = seen.definition.programme.document_path[paper.path]
    office = seen.definition.programme.office.email
    en = (
        f"The working days for application {document_id} ({path.label.en}) are over. "
        f"Please tell us at {office} when the document can be collected, or what is still missing. "
        "Please quote the number of the application and no name."
    )
    ru = (
        f"Срок рассмотрения заявления {document_id} ({path.label.ru}) истёк. "
        f"Сообщите, пожалуйста, по адресу {office}, когда документ можно будет получить или чего не хватает. "
        "Указывайте, пожалуйста, номер заявления и не указывайте имён."
    )
    subject = f"Application {document_id} / Заявление {document_id}"
    return Letter(path.authority.name, path.authority.email, subject, (en, ru))


EFFECTS = (letter_effect("chase_consulate", _chaser),)
