"""The project as a whole: migrations, checks, docstrings, requirements, licence."""

import ast
import io
import re
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[1]
FIRST_PARTY = ("cms", "home", "news", "analytics")


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    output = io.StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=output, stderr=output)
    assert "No changes detected" in output.getvalue()


@pytest.mark.django_db
def test_system_checks_are_clean() -> None:
    call_command("check", fail_level="WARNING")


def test_migrations_have_names_that_tell() -> None:
    named_by_machine = [
        str(path.relative_to(ROOT))
        for path in ROOT.glob("*/**/migrations/0*.py")
        if ".venv" not in path.parts and re.search(r"_auto_|_and_more|_alter_.*_alter_", path.name)
    ]
    assert named_by_machine == []


def test_every_module_opens_with_one_line() -> None:
    silent = []
    for top in FIRST_PARTY:
        for path in sorted((ROOT / top).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            if "migrations" in path.parts or not source.strip():
                continue
            docstring = ast.get_docstring(ast.parse(source)) or ""
            first = docstring.splitlines()[0] if docstring else ""
            # an app's configuration says it by its name
            if path.name != "apps.py" and not first.endswith((".", "?")):
                silent.append(str(path.relative_to(ROOT)))
    assert silent == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_pinned_exactly(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    wanted = [line.partition("#")[0].strip() for line in lines]
    loose = [
        line
        for line in wanted
        if line
        and not line.startswith("-r ")
        and not re.fullmatch(r"[A-Za-z0-9_.-]+(\[[a-z,]+\])?==[0-9][A-Za-z0-9.]*", line)
    ]
    assert loose == []


def test_the_top_level_is_what_the_design_names() -> None:
    here = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] not in "._"}
    assert here - {"var", "node_modules"} <= {
        *("cms", "home", "news", "analytics", "templates", "tests", "docs", "deploy")
    }
    assert (ROOT / "LICENSE").read_text().startswith("BSD 3-Clause License")
