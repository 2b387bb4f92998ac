"""The secret scan finds what it should, and only that; the audit reads pip-audit's answer."""

import json

import pytest

from tests import audit


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("-----BEGIN RSA " + "PRIVATE KEY-----", ["private key"]),
        ("key = AKIA" + "ABCDEFGHIJKLMNOP", ["access key of a cloud"]),
        ("ghp_" + "a1" * 18, ["token"]),
        ("SECRET_KEY = '" + "a1b2" * 10 + "'", ["secret with a value"]),
        ('"password": "' + "Zx9" * 9 + '"', ["secret with a value"]),
        ("postgres://jo:" + "hunter22" + "@db.example/x", ["password in an address"]),
        ("postgres://user:password@host/name", []),
        ("SECRET_KEY = env.text('SECRET_KEY')", []),
        ("password = 'nur-fuer-diesen-Lauf'", []),
        ("token_urlsafe(50)", []),
    ],
)
def test_what_looks_like_a_secret(text, kinds):
    assert audit.secrets_in(text) == kinds


def test_no_file_of_ours_holds_a_secret():
    assert list(audit.forgotten_secrets()) == []


def test_weaknesses_are_told_with_their_remedy():
    answer = {
        "dependencies": [
            {"name": "good", "version": "1", "vulns": []},
            {"name": "skipped", "skip_reason": "unknown"},
            {"name": "bad", "version": "2", "vulns": [{"id": "CVE-1", "fix_versions": ["3"]}]},
        ]
    }

    assert audit.read(json.dumps(answer)) == (["bad 2: CVE-1, mended in 3"], ["skipped"])


def test_an_answer_that_is_none_is_not_taken_for_good_news():
    with pytest.raises(ValueError):
        audit.read("Connection refused")


@pytest.mark.parametrize(
    ("secrets", "answer", "status", "said"),
    [
        ([], audit.Answer([], []), 0, ""),
        (["a.py: token"], audit.Answer([], []), 1, "A secret? a.py: token\n"),
        ([], audit.Answer(["bad 2: CVE-1"], []), 1, "A weak package: bad 2: CVE-1\n"),
        ([], audit.Answer([], ["a", "b"]), 0, "2 packages were NOT checked"),
        (["a.py: token"], audit.Answer([], ["a"]), 1, "1 packages were NOT checked"),
    ],
)
def test_only_a_finding_fails_and_silence_is_said(secrets, answer, status, said):
    found, text = audit.verdict(secrets, answer)

    assert found == status
    assert said in text


def test_packages_of_packages_are_asked_about_too():
    packages = audit.installed()

    assert packages["Django"] == "5.2.19"
    # What Django, requests, Celery and psycopg's extra bring along.
    assert {"sqlparse", "urllib3", "kombu", "psycopg-binary"} <= set(packages)
    assert "pytest" not in packages
