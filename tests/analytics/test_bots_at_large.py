"""Bots and browsers of lists that others keep, as their packages ship them.

Matomo's bots and the list of crawler-user-agents are collected apart from the patterns of the
detector; the browsers are a census of web traffic, and the devices that Matomo knows.
"""

import json
import re
from importlib.resources import files

import pytest

from analytics.bots import kind_of_bot

DEVICES = ("desktop", "smartphone", "phablet", "tablet")
USER_AGENT = re.compile(r"^\s*user_agent: (.+)$", re.MULTILINE)
BROWSER = re.compile(r"^\s*type: browser$", re.MULTILINE)


def matomo(name: str) -> list[str]:
    """Return the entries of the fixture files whose names begin with `name`."""
    folder = files("device_detector").joinpath("tests", "fixtures", "upstream")
    texts = [
        file.read_text(encoding="utf-8")
        for file in folder.iterdir()
        if re.fullmatch(rf"{name}(-\d+)?\.yml", file.name)
    ]
    return [entry for text in texts for entry in re.split(r"^-\s*$", text, flags=re.MULTILINE)]


def user_agent_of(entry: str) -> str:
    found = USER_AGENT.search(entry)
    return found[1].strip("'\"") if found else ""


def matomo_bots() -> list[str]:
    return [user_agent_of(entry) for entry in matomo("bots") if user_agent_of(entry)]


def listed_crawlers() -> list[str]:
    text = files("crawleruseragents").joinpath("crawler-user-agents.json").read_text()
    return [user_agent for entry in json.loads(text) for user_agent in entry["instances"]]


def matomo_browsers() -> list[str]:
    entries = [entry for device in DEVICES for entry in matomo(device)]
    return [user_agent_of(entry) for entry in entries if BROWSER.search(entry)]


def counted_browsers() -> list[str]:
    text = files("fake_useragent").joinpath("data", "browsers.jsonl").read_text()
    return [json.loads(line)["useragent"] for line in text.splitlines()]


@pytest.mark.parametrize(("bots", "least"), [(matomo_bots, 1000), (listed_crawlers, 2000)])
def test_95_of_100_self_declared_bots_are_found(bots, least):
    found = set(bots())
    missed = sorted(user_agent for user_agent in found if not kind_of_bot(user_agent))

    assert len(found) >= least
    assert len(missed) / len(found) <= 0.05, missed


def test_at_most_one_of_1000_browsers_seen_in_traffic_is_refused():
    shown = counted_browsers()
    refused = sorted(user_agent for user_agent in shown if kind_of_bot(user_agent))

    assert len(set(shown)) >= 800
    assert len(refused) / len(shown) <= 0.001, refused


def test_few_devices_are_refused_for_their_names():
    """Matomo keeps a catalogue of every device ever seen: some are called "M bot 51"."""
    shown = set(matomo_browsers())
    refused = sorted(user_agent for user_agent in shown if kind_of_bot(user_agent))

    assert len(shown) >= 20_000
    assert len(refused) / len(shown) <= 0.01, refused
