"""Proof of work, solved here the way the browser's worker does."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import reverse

from news.comments import limits, proof
from news.comments.models import CommentHold, ReaderComment
from news.models import ArticlePage
from tests.news.comments.conftest import MakeComment

Data = dict[str, Any]
# The library looks at the real clock.
NOW = datetime.now(UTC)


def solve(challenge: Data) -> str:
    """Derive keys until one begins as asked: written after the specification, not the library."""
    task = challenge["parameters"]
    nonce, salt = bytes.fromhex(task["nonce"]), bytes.fromhex(task["salt"])
    for counter in range(100_000):
        key = hashlib.pbkdf2_hmac(
            "sha256", nonce + counter.to_bytes(4, "big"), salt, task["cost"], task["keyLength"]
        )
        if key.hex().startswith(task["keyPrefix"]):
            solution = {"counter": counter, "derivedKey": key.hex(), "time": 1}
            payload = {"challenge": challenge, "solution": solution}
            return base64.b64encode(json.dumps(payload).encode()).decode()
    raise AssertionError


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "COST", 10)


def test_solution_counts_once_for_its_article_in_its_time() -> None:
    solved = solve(proof.challenge(7, now=NOW))

    assert not proof.is_solved(solved, article_id=8, now=NOW)
    assert not proof.is_solved(solved, article_id=7, now=NOW + timedelta(hours=1))
    assert proof.is_solved(solved, article_id=7, now=NOW)
    assert not proof.is_solved(solved, article_id=7, now=NOW)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("challenge", "parameters", "keyPrefix"), ""),
        (("challenge", "parameters", "cost"), 1),
        (("challenge", "parameters", "cost"), 10**9),
        (("challenge", "parameters", "algorithm"), "SHA-1"),
        (("challenge", "parameters", "expiresAt"), 4_000_000_000),
        (("challenge", "parameters", "data"), {"article": 7, "x": 1}),
        (("challenge", "signature"), "0" * 64),
        (("challenge", "signature"), None),
        (("solution", "counter"), -1),
        (("solution", "counter"), "1"),
        (("solution", "derivedKey"), "00" * 32),
        (("solution", "derivedKey"), ["00"]),
        (("solution",), None),
        (("challenge",), []),
    ],
)
def test_changed_solution_proves_nothing(place: tuple[str, ...], value: Any) -> None:
    payload = json.loads(base64.b64decode(solve(proof.challenge(7, now=NOW))))
    inner = payload
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    forged = base64.b64encode(json.dumps(payload).encode()).decode()

    assert not proof.is_solved(forged, article_id=7, now=NOW)


@pytest.mark.parametrize("value", ["", "x", "e30=", "[" * 2000, "W10=", "\x00", "A" * 10_000])
def test_rubbish_proves_nothing(value: str) -> None:
    assert not proof.is_solved(value, article_id=7, now=NOW)


def test_redis_that_is_away_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    solved = solve(proof.challenge(7, now=NOW))

    def away(*args: Any, **kwargs: Any) -> None:
        raise redis.ConnectionError

    monkeypatch.setattr(cache, "add", away)
    assert not proof.is_solved(solved, article_id=7, now=NOW)


@pytest.mark.django_db
def test_busy_network_works_or_is_held(
    client: Client, article: ArticlePage, form_data: Data, settings: Any
) -> None:
    settings.COMMENTS_PROOF_PER_NETWORK = 1
    url = reverse("reader_comments:comment", args=[article.pk])
    ticket = reverse("reader_comments:ticket", args=[article.pk])
    assert "challenge" not in client.get(ticket).json()

    client.post(url, form_data | {"text": "Der erste, ohne Nachweis."})
    client.post(url, form_data | {"text": "Der zweite, ohne Nachweis."})
    solved = solve(client.get(ticket).json()["challenge"])
    client.post(url, form_data | {"text": "Der dritte, mit Nachweis.", "proof": solved})
    client.post(url, form_data | {"text": "Der vierte, mit demselben.", "proof": solved})

    held = CommentHold.objects.order_by("comment_id").values_list("comment__text", "kind")
    assert ReaderComment.objects.count() == 4
    assert list(held) == [
        ("Der zweite, ohne Nachweis.", "proof"),
        ("Der vierte, mit demselben.", "proof"),
    ]


@pytest.mark.django_db
def test_challenge_is_signed_for_the_article(
    client: Client, article: ArticlePage, text: Any, settings: Any, make_comment: MakeComment
) -> None:
    settings.COMMENTS_PROOF_PER_NETWORK = 1
    url = reverse("reader_comments:ticket", args=[article.pk])
    cache.clear()
    request = RequestFactory().post("/")
    limits.count(request, email="x@example.org", article_id=article.pk, now=datetime.now(UTC))
    challenge = client.get(url).json()["challenge"]

    assert challenge["parameters"]["data"] == {"article": article.pk}
    assert challenge["parameters"]["algorithm"] == "PBKDF2/SHA-256"
