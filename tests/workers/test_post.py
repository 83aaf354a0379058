"""What is known after a message was sent, put off, refused, or lost on the way."""

import asyncio
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from email.message import EmailMessage
from pathlib import Path
from threading import Thread

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from workers.errors import OutcomeUnknown, OutsideError, PostError, Refused, Unavailable
from workers.mail.post import FolderPost, NullPost, Post, SmtpPost, post_from_url, wire_bytes

HOST = "127.0.0.1"


def letter(text: str = "Come at eight.\n.\n..dots\n", *to: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Office <office@example.org>"
    message["To"] = ", ".join(to or ("escort@example.org",))
    message["Subject"] = "Travel assignment"
    message["Message-ID"] = "<task-1.0@wayhome>"
    message.set_content(text)
    return message


class Inbox:
    """A mail server's memory, and the answers it was told to give."""

    def __init__(self, recipient: str = "250 OK", end: str = "250 OK", *, hang_up: bool = False) -> None:
        self.recipient, self.end, self.hang_up = recipient, end, hang_up
        self.received: list[Envelope] = []

    async def handle_RCPT(  # noqa: N802 - the server library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.hang_up:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        self.received.append(envelope)
        return self.end


@contextmanager
def mail_server(inbox: Inbox, **options: object) -> Iterator[int]:
    controller = Controller(inbox, hostname=HOST, port=free_port(), **options)  # type: ignore[arg-type]
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def smtp(port: int, timeout_s: float = 5.0) -> SmtpPost:
    return SmtpPost(HOST, port, starttls=False, timeout_s=timeout_s)


def send_to(inbox: Inbox, message: EmailMessage | None = None) -> str:
    with mail_server(inbox) as port:
        return smtp(port).send(message or letter(), "task-1.0")


@contextmanager
def scripted_server(dialogue: list[tuple[bytes, bytes | None]]) -> Iterator[int]:
    """A server that waits for each word and gives each answer; it hangs up where the answer is None."""
    with closing(socket.create_server((HOST, 0))) as listener:
        player = Thread(target=_play, args=(listener, dialogue))
        player.start()
        try:
            yield listener.getsockname()[1]
        finally:
            player.join()


def _play(listener: socket.socket, dialogue: list[tuple[bytes, bytes | None]]) -> None:
    client, _ = listener.accept()
    with closing(client):
        for word, answer in dialogue:
            heard = b""
            while word not in heard:
                piece = client.recv(65536)
                if not piece:
                    return
                heard += piece
            if answer is None:
                return
            client.sendall(answer)
        while client.recv(65536):
            pass


GREETED: list[tuple[bytes, bytes | None]] = [
    (b"", b"220 hello\r\n"),
    (b"ehlo", b"250 hello\r\n"),
    (b"mail", b"250 OK\r\n"),
    (b"rcpt", b"250 OK\r\n"),
]


def test_a_sent_message_arrives_byte_for_byte() -> None:
    inbox = Inbox()
    assert send_to(inbox) == "<task-1.0@wayhome>"
    [envelope] = inbox.received
    assert envelope.content == wire_bytes(letter())
    assert (envelope.mail_from, envelope.rcpt_tos) == ("office@example.org", ["escort@example.org"])


def test_a_blind_copy_is_delivered_and_not_shown() -> None:
    inbox, message = Inbox(), letter()
    message["Bcc"] = "archive@example.org"
    send_to(inbox, message)
    [envelope] = inbox.received
    assert envelope.rcpt_tos == ["escort@example.org", "archive@example.org"]
    assert b"archive" not in (envelope.original_content or b"")
    assert message["Bcc"] == "archive@example.org"


def test_a_refused_recipient_is_final() -> None:
    with pytest.raises(Refused, match="550"):
        send_to(Inbox(recipient="550 <escort@example.org> no such user"))


def test_one_refused_recipient_of_two_stops_the_message() -> None:
    class Choosy(Inbox):
        async def handle_RCPT(self, *args: object) -> str:  # noqa: N802
            self.recipient = "550 no" if args[3] == "b@example.org" else "250 OK"
            return await super().handle_RCPT(*args)  # type: ignore[arg-type]

    inbox = Choosy()
    with pytest.raises(Refused):
        send_to(inbox, letter("Hello.", "a@example.org", "b@example.org"))
    assert inbox.received == []


def test_the_reason_never_repeats_the_address() -> None:
    with pytest.raises(Refused) as refusal:
        send_to(Inbox(recipient="550 <escort@example.org> no such user"))
    assert "escort" not in str(refusal.value)


def test_a_recipient_put_off_may_be_tried_again() -> None:
    with pytest.raises(Unavailable, match="451"):
        send_to(Inbox(recipient="451 later please"))


def test_a_message_refused_at_its_end_is_final() -> None:
    with pytest.raises(Refused, match="554"):
        send_to(Inbox(end="554 not this"))


def test_a_message_put_off_at_its_end_may_be_tried_again() -> None:
    with pytest.raises(Unavailable, match="452"):
        send_to(Inbox(end="452 disk full"))


def test_nobody_listening_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        smtp(free_port()).send(letter(), "task-1.0")


def test_a_server_that_turns_everyone_away_is_judged_by_its_number() -> None:
    for greeting, error in ((b"421 busy\r\n", Unavailable), (b"554 never\r\n", Refused)):
        with scripted_server([(b"", greeting)]) as port, pytest.raises(error):
            smtp(port).send(letter(), "task-1.0")


def test_a_connection_lost_after_the_message_leaves_the_outcome_unknown() -> None:
    with pytest.raises(OutcomeUnknown):
        send_to(Inbox(hang_up=True))


def test_silence_after_the_message_leaves_the_outcome_unknown() -> None:
    with scripted_server([*GREETED, (b"DATA", b"354 go on\r\n")]) as port, pytest.raises(OutcomeUnknown):
        smtp(port, timeout_s=0.3).send(letter(), "task-1.0")


def test_a_nonsense_answer_to_the_message_leaves_the_outcome_unknown() -> None:
    dialogue = [*GREETED, (b"DATA", b"354 go on\r\n"), (b"\r\n.\r\n", b"what?\r\n")]
    with scripted_server(dialogue) as port, pytest.raises(OutcomeUnknown):
        smtp(port, timeout_s=0.5).send(letter(), "task-1.0")


def test_a_connection_lost_before_the_message_may_be_tried_again() -> None:
    with scripted_server([*GREETED, (b"DATA", None)]) as port, pytest.raises(Unavailable):
        smtp(port).send(letter(), "task-1.0")


def test_the_user_is_logged_in_before_anything_is_sent() -> None:
    def only_the_office(server: object, session: object, envelope: object, how: str, data: object) -> AuthResult:
        known = getattr(data, "login", b"") == b"office" and getattr(data, "password", b"") == b"s3cret"
        return AuthResult(success=known, handled=False)

    inbox = Inbox()
    with mail_server(inbox, authenticator=only_the_office, auth_require_tls=False) as port:
        SmtpPost(HOST, port, "office", "s3cret", starttls=False).send(letter(), "task-1.0")
        with pytest.raises(Refused):
            SmtpPost(HOST, port, "office", "wrong", starttls=False).send(letter(), "task-1.0")
    assert len(inbox.received) == 1


def test_a_server_without_encryption_gets_nothing_when_encryption_is_asked_for() -> None:
    inbox = Inbox()
    with mail_server(inbox) as port, pytest.raises(Refused):
        SmtpPost(HOST, port, starttls=True).send(letter(), "task-1.0")
    assert inbox.received == []


def test_a_password_is_never_sent_in_the_clear_over_a_network() -> None:
    with pytest.raises(ValueError, match="starttls"):
        SmtpPost("mail.example.org", 25, "office", "s3cret", starttls=False)


def test_a_mail_server_cannot_be_asked_what_it_sent() -> None:
    assert smtp(25).was_sent("task-1.0") is None


def test_a_password_is_not_shown() -> None:
    assert "s3cret" not in repr(SmtpPost("mail.example.org", 587, "office", "s3cret"))


def test_the_folder_keeps_the_message_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "outgoing"
    FolderPost(folder).send(letter(), "task-1.0")
    assert [path.name for path in folder.iterdir()] == ["task-1.0.eml"]
    assert (folder / "task-1.0.eml").read_bytes() == wire_bytes(letter())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "task-1.0.eml").stat().st_mode) == 0o600


def test_a_folder_open_to_others_is_closed(tmp_path: Path) -> None:
    (tmp_path / "outgoing").mkdir(mode=0o755)
    FolderPost(tmp_path / "outgoing").send(letter(), "task-1.0")
    assert stat.S_IMODE((tmp_path / "outgoing").stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_may_be_tried_again(tmp_path: Path) -> None:
    (tmp_path / "outgoing").write_text("in the way")
    with pytest.raises(Unavailable):
        FolderPost(tmp_path / "outgoing").send(letter(), "task-1.0")


@pytest.fixture(params=[lambda folder: FolderPost(folder / "outgoing"), lambda _folder: NullPost()])
def remembering_post(request: pytest.FixtureRequest, tmp_path: Path) -> Post:
    make: Callable[[Path], Post] = request.param
    return make(tmp_path)


def test_the_same_message_again_gives_the_same_receipt(remembering_post: Post) -> None:
    receipt = remembering_post.send(letter(), "task-1.0")
    assert remembering_post.send(letter(), "task-1.0") == receipt


def test_another_message_under_the_same_key_is_refused(remembering_post: Post) -> None:
    remembering_post.send(letter(), "task-1.0")
    with pytest.raises(PostError):
        remembering_post.send(letter("Come at nine."), "task-1.0")


def test_it_is_known_what_was_sent(remembering_post: Post) -> None:
    assert remembering_post.was_sent("task-1.0") is False
    remembering_post.send(letter(), "task-1.0")
    assert remembering_post.was_sent("task-1.0") is True


@pytest.mark.parametrize("key", ["", "../up", "a/b", ".hidden", "a\nb", "a\0b", "имя", "x" * 201])
def test_a_key_that_is_no_file_name_is_refused(remembering_post: Post, key: str) -> None:
    with pytest.raises(PostError):
        remembering_post.send(letter(), key)


def test_a_message_without_a_sender_or_a_recipient_is_refused() -> None:
    for header in ("From", "To"):
        message = letter()
        del message[header]
        with pytest.raises(PostError):
            smtp(free_port()).send(message, "task-1.0")


def test_what_may_be_retried_is_told_by_three_kinds_of_error() -> None:
    assert {Unavailable, Refused, OutcomeUnknown} == set(OutsideError.__subclasses__())
    assert issubclass(PostError, Refused)


def test_without_a_url_messages_go_to_the_folder(tmp_path: Path) -> None:
    assert post_from_url(None, tmp_path) == post_from_url("", tmp_path) == FolderPost(tmp_path)


def test_a_url_names_server_user_and_encryption(tmp_path: Path) -> None:
    post = post_from_url("smtp://office%40example.org:p%3Ass@mail.example.org:2525?starttls=1", tmp_path)
    assert post == SmtpPost("mail.example.org", 2525, "office@example.org", "p:ss", starttls=True)


def test_a_url_without_a_port_takes_the_usual_one(tmp_path: Path) -> None:
    assert post_from_url("smtp://mail.example.org?starttls=1", tmp_path) == SmtpPost("mail.example.org", 587)
    assert post_from_url("smtp://localhost", tmp_path) == SmtpPost("localhost", 25, starttls=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://u:s3cret@mail.example.org",
        "smtp://",
        "smtp://u:s3cret@mail.example.org:port",
        "smtp://u:s3cret@mail.example.org?starttls=yes",
        "smtp://u:s3cret@mail.example.org?tls=1",
        "smtp://u:s3cret@mail.example.org/box?starttls=1",
        "smtp://u:s3cret@mail.example.org:25",
        "smtp://[u:s3cret",
    ],
)
def test_a_url_that_is_not_understood_is_refused_without_repeating_it(url: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError) as refusal:
        post_from_url(url, tmp_path)
    assert "s3cret" not in str(refusal.value)
