"""What `make lint` asks besides style: known weaknesses of the packages, secrets in the source.

Run as `python -m tests.audit`. Without a network the packages cannot be asked about: it says so
loudly and goes on, because a machine that builds offline must still be able to lint.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement

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


class Answer(NamedTuple):
    """What pip-audit's service said: weaknesses with their remedy, and whom it does not know."""

    weak: list[str]
    unknown: list[str]


def read(answer: str) -> Answer:
    """Read pip-audit's JSON; ValueError if it is none."""
    packages = json.loads(answer)["dependencies"]
    weak = [
        f"{package['name']} {package['version']}: {found['id']}, "
        f"mended in {', '.join(found['fix_versions']) or 'no version yet'}"
        for package in packages
        for found in package.get("vulns", [])
    ]
    return Answer(weak, [package["name"] for package in packages if "skip_reason" in package])


def installed() -> dict[str, str]:
    """Return the version of every package that runs with the program: also those of those."""
    found: dict[str, str] = {}
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    waiting = [Requirement(line.partition("#")[0]) for line in lines if line[:1] not in ("", "#")]
    while waiting:
        wanted = waiting.pop()
        if wanted.name in found:
            continue
        try:
            package = distribution(wanted.name)
        except PackageNotFoundError:
            continue  # for another system or another Python
        found[wanted.name] = package.version
        extras = wanted.extras or {""}
        waiting += [
            needed
            for needed in map(Requirement, package.requires or [])
            if not needed.marker or any(needed.marker.evaluate({"extra": one}) for one in extras)
        ]
    return found


def ask_about(packages: dict[str, str]) -> Answer:
    """Return what is known of the packages: of all of them nothing, if nobody could be asked."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.writelines(f"{name}=={version}\n" for name, version in packages.items())
        file.flush()
        command = [
            *(sys.executable, "-m", "pip_audit", "--progress-spinner", "off", "--format", "json"),
            *("--no-deps", "--disable-pip", "--timeout", "10", "--requirement", file.name),
        ]
        try:
            result = subprocess.run(
                command, capture_output=True, text=True, timeout=ASK_SECONDS, check=False
            )
            return read(result.stdout)
        except (ValueError, KeyError, subprocess.TimeoutExpired):
            return Answer([], sorted(packages))


def verdict(secrets: list[str], answer: Answer) -> tuple[int, str]:
    """Return the exit status and what is said; that nobody could be asked fails nothing."""
    lines = [f"A secret? {line}" for line in secrets]
    lines += [f"A weak package: {line}" for line in answer.weak]
    status = 1 if lines else 0
    if answer.unknown:
        lines.append(
            f"\n!!! {len(answer.unknown)} packages were NOT checked for known weaknesses: the "
            "service of pip-audit could not\n!!! be asked, or does not know them: "
            f"{', '.join(answer.unknown[:5])} ...\n"
            "!!! Run `make lint` again with a network before a release.\n"
        )
    return status, "".join(f"{line}\n" for line in lines)


def main() -> int:
    status, said = verdict(list(forgotten_secrets()), ask_about(installed()))
    sys.stderr.write(said)
    return status


if __name__ == "__main__":
    sys.exit(main())
