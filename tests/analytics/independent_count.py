"""Counts an access log from the help text of the command alone; imports nothing of the project."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from is_bot import Bots

BERLIN = ZoneInfo("Europe/Berlin")
HALF_AN_HOUR = timedelta(minutes=30)


def fields_of(line: str) -> dict[str, Any] | None:
    """Split at the quotes, as a person would; the generated logs have none inside."""
    parts = line.split('"')
    if len(parts) != 7:
        return None
    address, _, rest = parts[0].partition(" ")
    time = rest.partition("[")[2].partition("]")[0]
    try:
        return {
            "address": address,
            "at": datetime.strptime(time, "%d/%b/%Y:%H:%M:%S %z"),
            "method": parts[1].split(" ")[0],
            "path": parts[1].split(" ")[1].split("?")[0],
            "status": parts[2].split()[0],
            "referrer": parts[3],
            "agent": parts[5],
        }
    except (ValueError, IndexError):
        return None


def drop_reason(line: dict[str, Any], page: int, public: set[int], existing: set[int]) -> str:
    agent = line["agent"]
    if agent in {"", "-"} or Bots().is_bot(agent.replace("WebAppManager", "")):
        return "bot"
    if page not in existing:
        return "unknown_page"
    if page not in public:
        return "not_public"
    host = line["referrer"].split("/")[2] if line["referrer"].count("/") > 1 else ""
    spammers = ("semalt.com", "buttons-for-website.com", "ilovevitaly.com", "ilovevitaly.co")
    is_spam = any(host == spammer or host.endswith("." + spammer) for spammer in spammers)
    return "referrer_spam" if is_spam else ""


def count_log(
    text: str, pages: dict[str, int], *, public: set[int], existing: set[int] | None = None
) -> dict[str, Any]:
    """Return views, visits and readers per page, the site's readers, drops and odd lines."""
    drops: Counter[str] = Counter()
    unparsable = []
    times: dict[tuple[int, Any], list[datetime]] = {}
    for number, raw in enumerate(text.split("\n")[:-1], start=1):
        line = fields_of(raw.removesuffix("\r"))
        if line is None:
            unparsable.append(number)
            continue
        page = pages.get(line["path"])
        if line["method"] != "GET" or line["status"] not in {"200", "304"} or page is None:
            continue
        if reason := drop_reason(line, page, public, existing or public):
            drops[reason] += 1
            continue
        day = line["at"].astimezone(BERLIN).date()
        times.setdefault((page, (day, line["address"], line["agent"])), []).append(line["at"])
    counts = {}
    for (page, _), moments in sorted(times.items(), key=lambda item: item[0][0]):
        moments.sort()
        views, visits, readers = counts.get(page, (0, 0, 0))
        gaps = pairwise(moments)
        new_visits = 1 + sum(later - earlier >= HALF_AN_HOUR for earlier, later in gaps)
        counts[page] = (views + len(moments), visits + new_visits, readers + 1)
    return {
        "pages": counts,
        "site_readers": len({reader for _, reader in times}),
        "drops": dict(drops),
        "unparsable": unparsable,
    }
