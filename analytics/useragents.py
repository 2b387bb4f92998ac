"""Answers about what browsers say of themselves, remembered without keeping what they said."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

Question = TypeVar("Question", bound=Hashable)
Answer = TypeVar("Answer")

# Longer user agents say nothing more and only cost time.
MAX_LENGTH = 512


class Remembered(Generic[Question, Answer]):
    """Remember what `work` said about the last questions, by a hash that only this process knows.

    Python's own text hash is keyed at random per process, so memory holds no user agent longer
    than its request. The oldest answers go first.
    """

    def __init__(self, work: Callable[..., Answer], *, limit: int = 10_000) -> None:
        self.work = work
        self.limit = limit
        self.answers: dict[int, Answer] = {}

    def __call__(self, question: Question, *context: Any) -> Answer:
        """Return `work(question, *context)`, once for all equal questions."""
        key = hash(question)
        try:
            return self.answers[key]
        except KeyError:
            answer = self.work(question, *context)
        while len(self.answers) >= self.limit:
            try:
                del self.answers[next(iter(self.answers))]
            except (KeyError, StopIteration, RuntimeError):  # another thread was first
                break
        self.answers[key] = answer
        return answer

    def forget(self) -> None:
        """Empty the memory."""
        self.answers.clear()
