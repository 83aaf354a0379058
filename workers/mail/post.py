"""Ways to send a message: a mail server, a folder, or nothing at all in tests.

What goes wrong is said with the tree of `workers.errors`:

```
OutsideError
├── Unavailable            not connected, or put off (4xx): safe to send again
├── Refused                a permanent no (5xx): a recipient, the sender, the password, the message
│   └── PostError          the key is unusable, or was used before for another message
└── OutcomeUnknown         the connection was lost after the message began to travel
```
"""

import copy
import re
import smtplib
import ssl
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import policy
from email.headerregistry import AddressHeader
from email.message import EmailMessage
from pathlib import Path
from typing import ClassVar, Protocol
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from events.keys import make_private_folder
from workers.errors import DifferentContent, OutcomeUnknown, PostError, Refused, Unavailable
from workers.running.durable_file import write_once

MESSAGE_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
WIRE_POLICY = policy.SMTP.clone(cte_type="7bit")
SMTP_TIMEOUT_S = 30.0
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Post(Protocol):
    """Sends messages, each under a key that names it for ever."""

    way: ClassVar[str]  # in a word, by which a worker that sends another way is told from this one

    def send(self, message: EmailMessage, key: str) -> str:
        """Hand the message over and return the reference to quote when asking about it later.

        Raises `Unavailable` when it is safe to send again, `Refused` when it is useless, and `OutcomeUnknown`
        when nobody can tell whether the message went.
        """

    def was_sent(self, key: str) -> bool | None:
        """Tell whether a message went out under this key; None means that this cannot be known here."""


def wire_bytes(message: EmailMessage) -> bytes:
    """Return the message as it travels: plain ASCII, CRLF line ends, no blind-copy header."""
    if "Bcc" in message:
        message = copy.deepcopy(message)
        del message["Bcc"]
    return message.as_bytes(policy=WIRE_POLICY)


@dataclass
class NullPost:
    """Keeps messages in memory and sends none, for tests and simulations."""

    way: ClassVar[str] = "memory"
    sent: dict[str, EmailMessage] = field(default_factory=dict)

    def send(self, message: EmailMessage, key: str) -> str:
        """Remember the message under its key; the same message again changes nothing."""
        _check_key(key)
        earlier = self.sent.setdefault(key, message)
        if wire_bytes(earlier) != wire_bytes(message):
            raise PostError("another message was already sent under this key")
        return f"null:{key}"

    def was_sent(self, key: str) -> bool | None:
        """Tell whether a message is remembered under this key."""
        return key in self.sent


@dataclass(frozen=True)
class FolderPost:
    """Puts each message into a folder as `<key>.eml`, exactly once, readable by its owner only."""

    way: ClassVar[str] = "folder"
    folder: Path

    def send(self, message: EmailMessage, key: str) -> str:
        """Write the message durably; the same message again changes nothing and returns the same."""
        path = self._path(key)
        try:
            make_private_folder(self.folder)
            write_once(path, wire_bytes(message))
        except DifferentContent as exc:
            raise PostError("another message was already sent under this key") from exc
        except OSError as exc:
            raise Unavailable("the outgoing folder cannot be written") from exc
        return f"folder:{path.name}"

    def was_sent(self, key: str) -> bool | None:
        """Tell whether the message's file is there."""
        return self._path(key).is_file()

    def _path(self, key: str) -> Path:
        return self.folder / f"{_check_key(key)}.eml"


@dataclass(frozen=True)
class SmtpPost:
    """Sends through a mail server, and says precisely what is known when that fails.

    A message goes to all of its recipients or to none. A mail server keeps no record that we may ask, so
    `was_sent` is always None: after `OutcomeUnknown` a person decides. The stable Message-ID lets most mail
    programs show a repeated message once.
    """

    way: ClassVar[str] = "server"
    host: str
    port: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    starttls: bool = True
    timeout_s: float = SMTP_TIMEOUT_S

    def __post_init__(self) -> None:
        """Refuse a setting that would send the password over the network in the clear."""
        if self.username is not None and not self.starttls and self.host not in LOOPBACK:
            raise ValueError("a mail password needs starttls unless the server is on this machine")

    def send(self, message: EmailMessage, key: str) -> str:
        """Hand the message to the server and return its Message-ID, or the key when it has none."""
        _check_key(key)
        sender, recipients = _sender(message), _recipients(message)
        data = wire_bytes(message)
        smtp = self._connected()
        try:
            _name_envelope(smtp, sender, recipients)
            _hand_over(smtp, data)
        finally:
            # The outcome is already known; a server that is rude at the door changes nothing.
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()
            smtp.close()
        return str(message["Message-ID"] or key)

    def was_sent(self, key: str) -> bool | None:
        """Return None: only the recipient can tell."""
        return None

    def _connected(self) -> smtplib.SMTP:
        with _before_the_message("the mail server cannot be reached"):
            smtp = smtplib.SMTP(self.host, self.port, timeout=self.timeout_s)
        try:
            with _before_the_message("the mail server did not let us in"):
                self._introduce(smtp)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _introduce(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if self.starttls:
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo()
        if self.username is not None:
            smtp.login(self.username, self.password or "")


def post_from_url(url: str | None, folder: Path) -> Post:
    """Return the server named by `smtp://user:pass@host:port?starttls=1`, or the folder when there is no URL.

    Raises ValueError for anything it does not understand, without repeating the URL: it may hold a password.
    """
    if not url:
        return FolderPost(folder)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("the mail URL is not a URL") from None
    if parts.scheme != "smtp" or not host or parts.path not in {"", "/"} or parts.fragment:
        raise ValueError("the mail URL must look like smtp://user:pass@host:port?starttls=1")
    starttls = _starttls(parts)
    return SmtpPost(
        host, port or (587 if starttls else 25), _decoded(parts.username), _decoded(parts.password), starttls
    )


def _starttls(parts: SplitResult) -> bool:
    asked = parse_qs(parts.query, keep_blank_values=True)
    if asked.keys() - {"starttls"} or asked.get("starttls", ["0"]) not in (["0"], ["1"]):
        raise ValueError("the only option of a mail URL is starttls=1 or starttls=0")
    return asked.get("starttls") == ["1"]


def _decoded(text: str | None) -> str | None:
    return unquote(text) if text else None


def _check_key(key: str) -> str:
    if not MESSAGE_KEY.fullmatch(key):
        raise PostError("a message key is made of letters, digits, dots, dashes and underscores")
    return key


def _addresses(message: EmailMessage, *headers: str) -> list[str]:
    found = [value for name in headers for value in message.get_all(name, [])]
    specs = [address.addr_spec for value in found if isinstance(value, AddressHeader) for address in value.addresses]
    if not all(spec.isascii() and "@" in spec for spec in specs):
        raise PostError("a mail address must be complete and in plain ASCII")
    return specs


def _sender(message: EmailMessage) -> str:
    senders = _addresses(message, "Sender") or _addresses(message, "From")
    if len(senders) != 1:
        raise PostError("a message has exactly one sender")
    return senders[0]


def _recipients(message: EmailMessage) -> list[str]:
    recipients = list(dict.fromkeys(_addresses(message, "To", "Cc", "Bcc")))
    if not recipients:
        raise PostError("a message has at least one recipient")
    return recipients


@contextmanager
def _before_the_message(what: str) -> Iterator[None]:
    """Translate failures at a time when the server has not seen the message, so nothing can have happened."""
    try:
        yield
    except smtplib.SMTPResponseException as exc:
        raise _no(what, exc.smtp_code) from exc
    except smtplib.SMTPNotSupportedError as exc:
        raise Refused(f"{what}: it lacks what the settings ask for") from exc
    except (OSError, smtplib.SMTPException) as exc:
        raise Unavailable(what) from exc


def _name_envelope(smtp: smtplib.SMTP, sender: str, recipients: list[str]) -> None:
    with _before_the_message("the mail server broke off before the message"):
        _expect({250}, "the sender", smtp.mail(sender))
        for recipient in recipients:
            # All or none: after one refused recipient the others must not get a message that nobody confirms.
            _expect({250, 251, 252}, "a recipient", smtp.rcpt(recipient))
        _expect({354}, "the message", smtp.docmd("DATA"))


def _hand_over(smtp: smtplib.SMTP, data: bytes) -> None:
    """Send the bytes; from here to the server's last word nobody knows whether the message went."""
    try:
        smtp.send(re.sub(rb"(?m)^\.", b"..", data) + b".\r\n")
        code, _ = smtp.getreply()
    except (OSError, smtplib.SMTPException) as exc:
        raise OutcomeUnknown("the connection was lost while the message was travelling") from exc
    if 200 <= code <= 299:
        return
    if not 400 <= code <= 599:
        raise OutcomeUnknown(f"the mail server answered the message with something unheard of ({code})")
    raise _no("the mail server did not take the message", code)


def _expect(wanted: AbstractSet[int], what: str, reply: tuple[int, bytes]) -> None:
    code, _ = reply
    if code not in wanted:
        raise _no(f"the mail server did not accept {what}", code)


def _no(what: str, code: int) -> Refused | Unavailable:
    # The server's own words often repeat the recipient's address, so only the number is told.
    return Refused(f"{what} ({code})") if 500 <= code <= 599 else Unavailable(f"{what} ({code})")
