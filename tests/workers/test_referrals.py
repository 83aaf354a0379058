"""Letters about referrals: sent once, taken back once, and never a word about the person."""

from __future__ import annotations

from datetime import timedelta

from tests.kit.roads import agreed_to_be_told, consents
from tests.kit.story import Story, story
from tests.kit.workshop import Workshop
from workflow.subjects.intake.commands import GiveConsent, WithdrawConsent
from workflow.subjects.referrals.commands import RevokeReferral, SendReferral
from workflow.subjects.referrals.state import referrals_of

NAME, STORY = "Zlatovlaska Kanarejkina", "a canary sang in the cellar"
KEPT_PRIVATE = ("Zlatovlaska", "Kanarejkina", "canary", "cellar", "+37322000000", "1990")


def referred_to_harbour(shop: Workshop) -> Story:
    case = story(
        shop.office, name=NAME, story=STORY, phone="+37322000000", citizenships=("RU",), language="tg",
        birth_date="1990-01-01", age_band=None,
    )  # fmt: skip
    agreed_to_be_told(consents(case, "assistance"), "harbour")
    return case.does(SendReferral, service="local_referral")


def said_in(shop: Workshop) -> str:
    mails = shop.mails()
    return "\n".join(
        [*(f"{name}: {value}" for mail in mails for name, value in mail.items())]
        + [mail.get_content() for mail in mails]
    )


def number(case: Story) -> str:
    return list(referrals_of(case.case).referrals)[-1]


def test_a_provider_is_written_to_once_and_reads_nothing_about_the_person(shop: Workshop) -> None:
    case = referred_to_harbour(shop)
    with shop.crew() as crew:
        crew.settle()
        crew.settle()
    (mail,) = shop.mails()
    said = said_in(shop)
    assert mail["Subject"] == f"Referral {number(case)}"
    assert "desk@harbour.example.org" in mail["To"]
    assert [word for word in (*KEPT_PRIVATE, case.case_id) if word in said] == []
    assert all(word in said for word in ("Language: tg", "within 3 working days, by 9 March 2007", "Язык: tg"))
    assert referrals_of(case.case).referrals[number(case)].status == "sent"


def test_a_referral_taken_back_before_the_letter_left_is_never_heard_of(shop: Workshop) -> None:
    case = referred_to_harbour(shop).does(WithdrawConsent, purpose="referral", recipient="harbour")
    with shop.crew() as crew:
        crew.settle()
    assert (shop.mails(), case.case.tasks) == ([], {})


def test_a_referral_that_was_sent_is_taken_back_by_one_letter(shop: Workshop) -> None:
    case = referred_to_harbour(shop)
    with shop.crew() as crew:
        crew.settle()
        case.does(RevokeReferral, referral_id=number(case), reason="moved_away")
        crew.settle()
        crew.settle()
    subjects = sorted(str(mail["Subject"]) for mail in shop.mails())
    assert subjects == [f"Referral {number(case)}", f"Referral {number(case)} is taken back"]
    assert len(shop.facts(case, "ReferralTakenBack")) == 1
    assert [word for word in (*KEPT_PRIVATE, case.case_id) if word in said_in(shop)] == []


def test_a_letter_that_waited_until_consent_ran_out_is_not_sent(shop: Workshop) -> None:
    case = story(shop.office, citizenships=("RU",), language="ru")
    consents(case, "assistance")
    case.does(GiveConsent, purpose="referral", recipient="harbour", until=shop.office.now.date())
    case.does(SendReferral, service="local_referral")
    shop.office.pass_time(timedelta(days=1))
    with shop.crew() as crew:
        crew.settle()
    assert shop.mails() == []
    assert referrals_of(case.case).referrals[number(case)].status == "revoked"


def test_whoever_sent_the_person_reads_that_somebody_came_and_not_who(shop: Workshop) -> None:
    case = story(shop.office, name=NAME, story=STORY, source="ngo", referred_by="harbour", reference="H-77")
    agreed_to_be_told(consents(case, "assistance"), "harbour")
    with shop.crew() as crew:
        crew.settle()
    (mail,) = [mail for mail in shop.mails() if mail["Subject"] == "Your referral was received"]
    assert [word for word in (*KEPT_PRIVATE, case.case_id) if word in said_in(shop)] == []
    assert mail["To"]
    assert referrals_of(case.case).referrer_answered
