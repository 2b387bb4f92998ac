"""Readers who comment and confirm what they wrote by the link in the mail."""

import http.client
import json
import random
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from tests.proof.mail_sink import Sink

CONFIRM = re.compile(r"https?://\S*/confirm/\S+")
OLD_ENOUGH_SECONDS = 3.2
AGAIN_SECONDS = 1.0
WORDS = ["Hafen", "Geld", "wartet", "seit", "Jahren", "anders", "sehe", "Rat", "Bürger"]


@dataclass(slots=True)
class Told:
    """What a commenter was told by the site; an address belongs to one comment."""

    sent: set[str] = field(default_factory=set)
    confirmed: set[str] = field(default_factory=set)
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)


class Commenters:
    """Some threads; whoever gets no answer or an error sends the same form once more."""

    def __init__(self, ports: list[int], pages: list[int], sink: Sink, *, count: int = 4) -> None:
        self.ports, self.pages, self.sink = ports, pages, sink
        self.told = Told()
        self.is_over = threading.Event()
        self._lock = threading.Lock()
        self._number = 0
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(count)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let everybody finish what they have begun."""
        self.is_over.set()
        for thread in self._threads:
            thread.join(400)
            assert not thread.is_alive(), "A commenter waits for a mail that does not come."

    def _run(self, seed: int) -> None:
        dice = random.Random(seed)
        while not self.is_over.is_set():
            with self._lock:
                self._number += 1
                number = self._number
            self._comment(number, dice)
            self.is_over.wait(dice.uniform(0, 1))

    def _comment(self, number: int, dice: random.Random) -> None:
        page, email = dice.choice(self.pages), f"leser{number}@example.org"
        network = f"172.{16 + number % 16}.{number >> 8 & 255}.{number & 255}"
        while True:
            status, body, _ = self._ask("ticket", "GET", f"/_/comments/{page}/ticket/", network)
            if status == 200:
                break
            time.sleep(AGAIN_SECONDS)
        form = {
            "name": "Leserin",
            "email": email,
            "text": f"{' '.join(dice.sample(WORDS, len(WORDS)))} {number}",
            "consent": "on",
            "ticket": json.loads(body)["ticket"],
        }
        time.sleep(OLD_ENOUGH_SECONDS)
        self._until("comment", f"/_/comments/{page}/", network, form)
        with self._lock:
            self.told.sent.add(email)
        link = self._link(email)
        self._until("confirm", urlsplit(link).path, network, {})
        with self._lock:
            self.told.confirmed.add(email)

    def _until(self, what: str, path: str, network: str, form: dict[str, str]) -> None:
        while self._ask(what, "POST", path, network, form)[0] != 303:
            time.sleep(AGAIN_SECONDS)

    def _link(self, email: str) -> str:
        """Wait for the mail as a reader does."""
        while True:
            letters = self.sink.all_to(email)
            links = [found[0] for letter in letters if (found := CONFIRM.search(letter.text))]
            if links:
                return links[0]
            time.sleep(0.3)

    def _ask(
        self, what: str, method: str, path: str, network: str, form: dict[str, str] | None = None
    ) -> tuple[int, bytes, str]:
        port = self.ports[hash(network) % len(self.ports)]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
        headers, body = {"X-Forwarded-For": network}, None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(form)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            found = answer.status, answer.read(), answer.headers.get("Location", "")
        except (OSError, http.client.HTTPException):
            found = 0, b"", ""
        finally:
            connection.close()
        with self._lock:
            self.told.answers[what, found[0]] += 1
        return found
