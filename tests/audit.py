"""What `make lint` asks besides style: known weaknesses of the packages, secrets in the source.

Run as `python -m tests.audit`. Without a network the packages cannot be asked about: it says so
loudly and goes on, because a machine that builds offline must still be able to lint.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ASK_SECONDS = 60
LARGEST_BYTES = 1_000_000
# What looks like a secret that somebody forgot; a test's own passwords are words.
SECRETS = {
    "private key": re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
    "access key of a cloud": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "token": re.compile(r"\b(?:gh[pousr]_\w{36}|glpat-[\w-]{20}|xox[abpr]-[\w-]{20,})\b"),
    "secret with a value": re.compile(
        r"""(?ix) (?:secret|token|password|passwd|api_?key) \w* ["']? \s* [:=] \s*
        ["'] (?=[^"']*[0-9]) (?=[^"']*[a-z]) [A-Za-z0-9+/_=-]{24,} ["']"""
    ),
    "password in an address": re.compile(
        r"\b[a-z+]+://[^\s:/@\"'{}<>…]+:(?!password|secret|\$|…)[^\s:/@\"'{}<>…]{6,}@[a-z0-9]"
    ),
}


def secrets_in(text: str) -> list[str]:
    """Return the kinds of secrets that a text seems to hold."""
    return [kind for kind, pattern in SECRETS.items() if pattern.search(text)]


def forgotten_secrets() -> Iterator[str]:
    """Yield file and kind for every file under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if not path.is_file() or path.stat().st_size > LARGEST_BYTES:
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        yield from (f"{name}: {kind}" for kind in secrets_in(text))


def weaknesses(answer: str) -> list[str]:
    """Return package, weakness and remedy from pip-audit's JSON; ValueError if it is none."""
    return [
        f"{package['name']} {package['version']}: {found['id']}, "
        f"mended in {', '.join(found['fix_versions']) or 'no version yet'}"
        for package in json.loads(answer)["dependencies"]
        for found in package.get("vulns", [])
    ]


def ask_about_packages() -> list[str] | None:
    """Return what is known of the pinned packages; None if nobody could be asked."""
    command = [
        *(sys.executable, "-m", "pip_audit", "--progress-spinner", "off", "--format", "json"),
        *("--no-deps", "--disable-pip", "--timeout", "10"),
        *("--requirement", str(ROOT / "requirements.txt")),
    ]
    try:
        result = subprocess.run(
            command, capture_output=True, text=True, timeout=ASK_SECONDS, check=False
        )
        return weaknesses(result.stdout)
    except (ValueError, KeyError, subprocess.TimeoutExpired):
        return None


def main() -> int:
    found = [f"A secret? {line}" for line in forgotten_secrets()]
    known = ask_about_packages()
    if known is None:
        sys.stderr.write(
            "\n!!! The packages were NOT checked for known weaknesses: the service of pip-audit\n"
            "!!! could not be asked. Run `make lint` again with a network before a release.\n\n"
        )
    found += [f"A weak package: {line}" for line in known or []]
    for line in found:
        sys.stderr.write(line + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
