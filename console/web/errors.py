"""What can stop a request, as answers a person understands.

WebProblem
├── NotThere        nothing is here, or nothing for this person: the two look the same
├── SignInFirst     nobody is signed in, or the session is over
├── StepUpFirst     the deed asks for the second factor again
├── Forged          the form did not come from our own page in this session
├── FormKept        the form came from an earlier session of the same person: it is kept and shown again
├── NotReadable     the request cannot be read: too large, another type, broken
├── Stopped         the account opened too many cases, and somebody else is to look into it first
└── TooMany         too much was asked for in too short a time
"""


class WebProblem(Exception):
    """A request that is not carried out; ``status`` is its HTTP status and ``code`` its name for programs."""

    status = 400
    code = "bad_request"


class NotThere(WebProblem):
    """Nothing is here for this person."""

    status, code = 404, "not_there"


class SignInFirst(WebProblem):
    """Nobody is signed in; ``kept`` is the page of the form that was sent and is kept for whoever sent it."""

    status, code = 401, "sign_in_first"

    def __init__(self, kept: str = "") -> None:
        super().__init__(self.code)
        self.kept = kept


class StepUpFirst(WebProblem):
    """The second factor was given too long ago for this deed; ``back`` is the page that asks for the deed."""

    status, code = 403, "step_up_first"

    def __init__(self, back: str = "") -> None:
        super().__init__(self.code)
        self.back = back


class Forged(WebProblem):
    """The form did not come from our own page in this session."""

    status, code = 403, "form_not_ours"


class FormKept(WebProblem):
    """A form of an earlier session of the same person is kept; ``page`` shows it again, filled in."""

    status, code = 409, "form_kept"

    def __init__(self, page: str) -> None:
        super().__init__(self.code)
        self.page = page


class NotReadable(WebProblem):
    """The request cannot be read."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


class Stopped(WebProblem):
    """Nothing of any case is shown to this account until somebody else has looked into what it opened."""

    status, code = 429, "too_many_files"


class TooMany(WebProblem):
    """Too much was asked for in too short a time."""

    status, code = 429, "too_many"

    def __init__(self, wait_s: int) -> None:
        super().__init__(str(wait_s))
        self.wait_s = wait_s
