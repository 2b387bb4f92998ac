"""docs/openapi.yaml names every address for machines, and no other."""

import re
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.urls import URLPattern, get_resolver

from news.api import LIMIT, WINDOWS, MostReadQuery
from news.staff_reports.filters import ReportFilters
from news.staff_reports.periods import Comparison, Preset
from news.staff_reports.tables import TableName

FOR_MACHINES = ("/api/", "/_/view", "/_/read", "/health")


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    return yaml.safe_load((settings.BASE_DIR / "docs" / "openapi.yaml").read_text())


def routes(patterns: list[Any], prefix: str = "/") -> set[str]:
    """Return every address as OpenAPI spells it: with its parameters in braces."""
    found: set[str] = set()
    for pattern in patterns:
        spelled = prefix + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLPattern):
            spelled = re.sub(r"\(\?P<(\w+)>[^)]*\)|<(?:\w+:)?(\w+)>", r"{\1\2}", spelled)
            found.add(spelled.rstrip("$").replace("\\Z", "").replace("{pk}", "{id}"))
        else:
            found |= routes(pattern.url_patterns, spelled)
    return {spelled for spelled in found if spelled.startswith(FOR_MACHINES)}


def parameters(description: dict[str, Any], path: str) -> dict[str, Any]:
    found = description["paths"][path]["get"]["parameters"]
    return {each["name"]: each["schema"] for each in found if "name" in each}


def test_every_address_for_machines_is_described_and_no_other(description):
    assert routes(get_resolver().url_patterns) == set(description["paths"])


def test_the_parameters_of_the_most_read_list_are_those_of_its_form(description):
    found = parameters(description, "/api/most-read/")

    assert set(found) == set(MostReadQuery.base_fields)
    assert found["window"]["enum"] == list(WINDOWS)
    assert found["limit"]["maximum"] == LIMIT
    assert found["language"]["enum"] == [code for code, _ in settings.LANGUAGES]


def test_the_parameters_of_the_reports_are_those_of_their_form(description):
    found = parameters(description, "/api/reports/")

    assert set(found) == set(ReportFilters.base_fields)
    assert found["period"]["enum"] == Preset.values
    assert found["compare"]["enum"] == Comparison.values
    tables = parameters(description, "/api/reports/tables/{table}/")
    assert tables["table"]["enum"] == TableName.values
