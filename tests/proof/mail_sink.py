"""A mail server on loopback that keeps every mail it acknowledged."""

import asyncio
import logging
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

logging.getLogger("mail.log").setLevel(logging.WARNING)  # it tells every word of SMTP


@dataclass(frozen=True, slots=True)
class Letter:
    to: str
    subject: str
    text: str
    at: float = field(compare=False)


class Sink:
    """`pause_seconds` is how long an acknowledgement takes: a kill may meet it."""

    def __init__(self, *, pause_seconds: float = 0) -> None:
        self.letters: list[Letter] = []
        self.news = threading.Condition()
        self.port = 0
        self._pause = pause_seconds

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        message = message_from_bytes(envelope.content, policy=default)  # type: ignore[arg-type]
        body = message.get_body(("plain",))
        letter = Letter(
            envelope.rcpt_tos[0],
            str(message["Subject"]),
            body.get_content() if body else "",
            time.time(),
        )
        with self.news:
            self.letters.append(letter)
            self.news.notify_all()
        await asyncio.sleep(self._pause)
        return "250 Kept"

    def repeated(self) -> int:
        """Return how many mails came more often than once, each time counted."""
        with self.news:
            return sum(count - 1 for count in Counter(self.letters).values())

    def all_to(self, address: str) -> list[Letter]:
        with self.news:
            return [letter for letter in self.letters if letter.to == address]


@contextmanager
def make_sink(*, pause_seconds: float = 0) -> Iterator[Sink]:
    """Yield a server on a free port of loopback."""
    sink = Sink(pause_seconds=pause_seconds)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        sink.port = probe.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
