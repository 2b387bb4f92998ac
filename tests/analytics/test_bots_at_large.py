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


# What stands in the catalogue and no browser sends.
NO_BROWSERS = {
    "the name of a device alone": re.compile(r"iPhone(\d|SE|X)\w*"),
    "cut off or a placeholder": re.compile(r"\W*"),
    "phones before the smart ones, through a gateway": re.compile(
        r".*(MIDP-\d|UP\.Browser|MAUI|java_c_|CLDC).*"
    ),
    "an app without a browser": re.compile(r"(Dalvik|com\.\w+\.\w+ v|2\.1\.0 \(Linux).*"),
}


def test_at_most_one_of_1000_browsers_of_known_devices_is_refused():
    """Matomo keeps a catalogue of every device ever seen: some are called "M bot 51"."""
    shown = {
        user_agent
        for user_agent in matomo_browsers()
        if not any(kind.fullmatch(user_agent) for kind in NO_BROWSERS.values())
    }
    refused = sorted(user_agent for user_agent in shown if kind_of_bot(user_agent))

    assert len(shown) >= 20_000
    assert len(refused) / len(shown) <= 0.001, refused


@pytest.mark.parametrize(
    ("user_agent", "kind"),
    [
        ("Mozilla/5.0 (Linux; Android 7.0; M bot 51) AppleWebKit/537.36 Chrome/81.0", ""),
        (
            "Mozilla/5.0 (Linux; Android 7.0; M bot 51; compatible; MegaBot/2.0) Chrome/81.0",
            "other",
        ),
        ("Mozilla/5.0 (Linux; Android 10; SomeBot/1.0) AppleWebKit/537.36 Chrome/81.0", "other"),
        ("dv(iPh15,3);pr(UCBrowser/11.3.5.1203);ov(17_6_1);ss(375x812);bt(GJ);", ""),
    ],
)
def test_model_of_a_phone_says_nothing_and_a_name_beside_it_does(user_agent, kind):
    assert kind_of_bot(user_agent) == kind
