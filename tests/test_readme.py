"""What the README says is so: its commands run, its settings are those that are read."""

import ast
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
READERS = {"text", "boolean", "integer", "words", "networks", "one_of"}


def settings_read() -> set[str]:
    """Return every environment variable that the program reads through cms.environment."""
    names = set()
    for top in ("cms", "home", "news", "analytics"):
        for path in (ROOT / top).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and node.func.attr in READERS
                    and ast.unparse(node.func.value) in ("env", "environment")
                    and node.args
                    and isinstance(node.args[0], ast.Constant)
                ):
                    names.add(str(node.args[0].value))
    return names


def section(title: str) -> str:
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_the_table_names_every_setting_and_no_other() -> None:
    rows = [line for line in section("Settings").splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`([A-Z0-9_]+)`", row.split("|")[1])}
    assert named == settings_read()


def test_every_management_command_named_is_there() -> None:
    named = {
        name
        for row in section("Commands").splitlines()
        if row.startswith("| `manage.py")
        for name in re.findall(r"`(?:manage\.py )?([a-z_]+)`", row.split("|")[1])
    }
    assert named - set(get_commands()) == set()


def test_links_and_targets_are_there() -> None:
    links = re.findall(r"\]\((?!https?://)([^)#]+)\)", README)
    missing = [link for link in links if not (ROOT / link).exists()]
    assert missing == []
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"`?make ([a-z]+)`?", section("Commands")))
    assert {name for name in targets if not re.search(rf"^{name}:", makefile, re.M)} == set()


@pytest.mark.parametrize("command", re.findall(r"<!-- run: (.+?) -->\n```sh\n", README))
def test_marked_commands_run(command: str) -> None:
    block = README.partition(f"<!-- run: {command} -->\n```sh\n")[2].partition("```")[0]
    assert block.strip() == command
    result = subprocess.run(
        ["bash", "-euc", block], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert "make run" in result.stdout


@pytest.mark.proof
@pytest.mark.timeout(600)
def test_the_quick_start_works_in_a_fresh_clone(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    assert "```sh\nmake run\n```" in section("Quick start")
    environment = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG"}}
    process = subprocess.Popen(
        ["make", "run", "PORT=8765"],
        cwd=clone,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = []
    assert process.stdout
    for line in process.stdout:
        said.append(line)
        if "Ctrl-C stops everything" in line:
            process.terminate()
    process.wait(60)
    assert any("Newspaper  http://127.0.0.1:8765/" in line for line in said), "".join(said)
    shutil.rmtree(clone)
