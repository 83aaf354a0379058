"""What a letter to somebody who works here says: a code, or how many things wait; of no case, and of nobody, anything.

Mail is read on the way and on screens that others see. So a digest has counts by general words, and no number, name,
handle or day of anybody; whoever wants to know more signs in.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from workers.mail.letters import Letter
from workflow.subjects.accounts.mail import CODE_LASTS

SENDER: Final = "Wayhome"  # and not the office's name, which may say what it does
_GIVEN, _WAITS, _ANSWERED, _DONE, _STANDS = "given", "waits", "answered", "done", "stands"
# By what somebody is told; whatever comes later counts as done by others.
_GROUP: Final[Mapping[str, str]] = {
    "given": _GIVEN,
    "proposal_waits": _WAITS,
    **dict.fromkeys(("confirmed", "declined", "lapsed"), _ANSWERED),
    **dict.fromkeys(("stands_in_named", "stands_in_began", "stands_in_ended"), _STANDS),
    **dict.fromkeys(("stood_in_named", "stood_in_began", "stood_in_ended"), _STANDS),
}  # fmt: skip
_SAID: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        _GIVEN: "Cases handed to you: {}",
        _WAITS: "Decisions put before you for a yes or no: {}",
        _ANSWERED: "Answers to what you proposed: {}",
        _DONE: "Things others did in cases you look after: {}",
        _STANDS: "News about who stands in for whom: {}",
    },
    "ru": {
        _GIVEN: "Передано вам дел: {}",
        _WAITS: "Решений, по которым нужно ваше «да» или «нет»: {}",
        _ANSWERED: "Ответов на ваши предложения: {}",
        _DONE: "Что сделали другие в ваших делах: {}",
        _STANDS: "Новостей о замещении: {}",
    },
}
_SUBJECT: Final = {"en": "Something waits for you", "ru": "Вас что-то ждёт"}
_BEGIN: Final = {
    "en": "You have not read this yet. What it is about you see after signing in.",
    "ru": "Вы этого ещё не читали. О чём речь, вы увидите после входа.",
}
_WHERE: Final = {"en": "Sign in here: {}", "ru": "Войти: {}"}
_END: Final = {
    "en": "This comes at most once in a morning, and only when something waits. Switch it off under My account.",
    "ru": "Письмо приходит не чаще раза за утро, если что-то ждёт. Отключить его можно в «Моей учётной записи».",
}
_CODE_SUBJECT: Final = {"en": "Your code", "ru": "Ваш код"}
_CODE: Final = {
    "en": "Code: {code}. Type it under My account within {minutes} minutes. If you asked for none, do nothing.",
    "ru": "Код: {code}. Введите его в «Моей учётной записи» за {minutes} минут. Не просили – ничего не делайте.",
}  # fmt: skip
_TO: Final = {"en": "You", "ru": "Вам"}


def digest(kinds: Iterable[str], address: str, language: str, console: str) -> Letter:
    """Return the letter that says how many things of these kinds wait; ``console`` is where one signs in, if set."""
    counted = Counter(_GROUP.get(kind, _DONE) for kind in kinds)
    lines = [said.format(counted[group]) for group, said in _SAID[language].items() if counted[group]]
    where = [_WHERE[language].format(console)] if console else []
    return Letter(_TO[language], address, _SUBJECT[language], (_BEGIN[language], *lines, *where, _END[language]))


def code_letter(code: str, address: str, language: str) -> Letter:
    """Return the letter with the code that confirms an address."""
    minutes = int(CODE_LASTS.total_seconds() // 60)
    said = _CODE[language].format(code=code, minutes=minutes)
    return Letter(_TO[language], address, _CODE_SUBJECT[language], (said,))
