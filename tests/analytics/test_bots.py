"""The lists were written down from memory, apart from the ones the detector was built from."""

from pathlib import Path

import pytest

from analytics.bots import kind_of_bot

HERE = Path(__file__).parent
BOTS = (HERE / "bots.tsv").read_text().splitlines()
BROWSERS = (HERE / "browsers.txt").read_text().splitlines()


@pytest.mark.parametrize("line", BOTS)
def test_declared_bot_is_found_and_sorted(line):
    kind, user_agent = line.split("\t")

    assert kind_of_bot(user_agent) == kind


@pytest.mark.parametrize("user_agent", BROWSERS)
def test_browser_is_no_bot(user_agent):
    assert kind_of_bot(user_agent) == ""


@pytest.mark.parametrize("user_agent", ["", "  "])
def test_no_user_agent_is_a_bot(user_agent):
    assert kind_of_bot(user_agent) == "other"


def test_endless_user_agent_is_answered_quickly():
    assert kind_of_bot("Mozilla/5.0 " + "a/1.0 (b; " * 100_000) in {"", "other"}


def test_memory_holds_no_user_agent():
    kind_of_bot(BROWSERS[0])

    assert all(isinstance(key, int) for key in kind_of_bot.answers)
