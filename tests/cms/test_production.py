"""What `PRODUCTION=1` asks for: each missing piece is named, and a whole set starts clean."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cms import production

ROOT = Path(__file__).resolve().parents[2]
WHOLE = {
    "PRODUCTION": "1",
    "SECRET_KEY": "Ahx7-Kp9z" * 7,
    "CONSENT_KEY": "ein-Schlüssel-für-Pseudonyme",
    "ALLOWED_HOSTS": "zeitung.example,www.zeitung.example",
    "SITE_URL": "https://zeitung.example",
    "TRUSTED_PROXIES": "127.0.0.1",
    "MAIL_URL": "smtp+tls://user:password@mail.example.org",
    "MAIL_FROM": "Zeitung <post@zeitung.example>",
}


def check(tmp_path: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment |= WHOLE | {"VAR_DIR": str(tmp_path)} | changes
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_whole_set_passes_the_deployment_check(tmp_path):
    result = check(tmp_path)

    assert (result.returncode, result.stderr) == (0, "")
    assert "no issues" in result.stdout


def test_an_incomplete_set_does_not_start_and_says_everything_at_once(tmp_path):
    result = check(tmp_path, SECRET_KEY="", MAIL_URL="")

    assert result.returncode == 1
    assert result.stderr.startswith("This is not ready for PRODUCTION=1:\n- ")
    assert "- SECRET_KEY (or SECRET_KEY_FILE) is missing" in result.stderr
    assert "- MAIL_URL is missing" in result.stderr
    assert not (tmp_path / "secret_key").exists()


@pytest.mark.parametrize(
    ("changes", "begins"),
    [
        ({}, []),
        ({"SECRET_KEY": ""}, ["SECRET_KEY (or SECRET_KEY_FILE) is missing"]),
        ({"SECRET_KEY": "kurz"}, ["SECRET_KEY is too short"]),
        ({"CONSENT_KEY": ""}, ["CONSENT_KEY (or CONSENT_KEY_FILE) is missing"]),
        ({"DEBUG": "1"}, ["DEBUG must be 0"]),
        ({"ALLOWED_HOSTS": ""}, ["ALLOWED_HOSTS must name"]),
        ({"ALLOWED_HOSTS": "*"}, ["ALLOWED_HOSTS must name"]),
        ({"ALLOWED_HOSTS": "andere.example"}, ["ALLOWED_HOSTS lacks zeitung.example"]),
        ({"ALLOWED_HOSTS": ".zeitung.example"}, []),
        ({"SITE_URL": ""}, ["SITE_URL must be"]),
        ({"SITE_URL": "http://zeitung.example"}, ["SITE_URL must be"]),
        ({"TRUSTED_PROXIES": ""}, ["TRUSTED_PROXIES must name"]),
        ({"MAIL_URL": ""}, ["MAIL_URL is missing"]),
        ({"MAIL_FROM": ""}, ["MAIL_FROM is missing"]),
    ],
)
def test_each_missing_piece_is_named(monkeypatch, changes, begins):
    for name in ("DEBUG", "SECRET_KEY_FILE", "CONSENT_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (WHOLE | changes).items():
        monkeypatch.setenv(name, value)

    found = production.missing()

    assert len(found) == len(begins)
    assert all(said.startswith(begin) for said, begin in zip(found, begins, strict=True))


def test_a_secret_may_come_from_a_file(monkeypatch, tmp_path):
    for name, value in WHOLE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("SECRET_KEY")
    (tmp_path / "secret").write_text("x" * 50)
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "secret"))

    assert production.missing() == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SECRET_KEY": "", "PRODUCTION": "1"}, "This is not ready for PRODUCTION=1:"),
        ({"DATABASE_URL": "quatsch://x"}, "DATABASE_URL must be postgres://"),
        ({"REDIS_URL": "quatsch://geheim@x"}, "REDIS_URL must begin with redis://"),
        ({"TRUSTED_PROXIES": "proxy"}, "TRUSTED_PROXIES must hold addresses or networks"),
        ({"TIME_ZONE": "Mond/Krater"}, "TIME_ZONE 'Mond/Krater' is unknown."),
        ({"LOG_LEVEL": "LAUT"}, "LOG_LEVEL 'LAUT' is unknown: CRITICAL, DEBUG"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence_without_a_traceback(tmp_path, changes, said):
    result = check(tmp_path, **changes)

    assert result.returncode == 1
    assert result.stderr.startswith(said)
    assert "geheim" not in result.stderr
    assert "Traceback" not in result.stderr
