"""Answers about user agents, remembered without keeping a user agent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")

# Longer ones say nothing more and only cost time.
MAX_LENGTH = 512


class Remembered(Generic[Answer]):
    """Remember what `work` said about the last texts, by a hash that only this process knows.

    Python's own text hash is keyed at random per process, so memory holds no user agent longer
    than its request. The oldest answers go first.
    """

    def __init__(self, work: Callable[[str], Answer], *, limit: int = 10_000) -> None:
        self.work = work
        self.limit = limit
        self.answers: dict[int, Answer] = {}

    def __call__(self, text: str) -> Answer:
        key = hash(text)
        try:
            return self.answers[key]
        except KeyError:
            answer = self.work(text[:MAX_LENGTH])
        while len(self.answers) >= self.limit:
            try:
                del self.answers[next(iter(self.answers))]
            except (KeyError, StopIteration, RuntimeError):  # another thread was first
                break
        self.answers[key] = answer
        return answer
