import gzip
import io
import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum

from analytics import replay
from analytics.models import DaySalt, DropCount, LogReplay, PageBucket
from tests.analytics.independent_count import count_log
from tests.analytics.pages import make_page
from tests.analytics.streams import drain_all, own_keys

pytestmark = pytest.mark.django_db
HERE = Path(__file__).parent
NOW = datetime(2026, 4, 2, 9, tzinfo=UTC)
# two nights before the clocks change, so that midnight and the change lie inside
START = datetime(2026, 3, 27, 20, tzinfo=UTC)
PATHS = ["/a/", "/a/b.html", "/c", "/hidden/", "/nowhere/"]
ASSETS = ["/style.css", "/favicon.ico", "/robots.txt", "/feed/", "/a"]
REFERRERS = [
    *("-", "https://www.google.com/", "http://old.example/a/?x=1", "https://t.co/x"),
    *("http://semalt.com/", "http://x.semalt.com/crawl", "https://notsemalt.com/"),
]


def log_line(at, *, address, path, agent, method="GET", status=200, referrer="-"):
    time = at.strftime("%d/%b/%Y:%H:%M:%S +0000")
    return f'{address} - - [{time}] "{method} {path} HTTP/1.1" {status} 512 "{referrer}" "{agent}"'


def make_log(*, line_count=1500, seed=7):
    """Return a log of several days with robots, repetitions, errors, assets and broken lines."""
    dice = random.Random(seed)
    agents = (HERE / "browsers.txt").read_text().splitlines()[:6] * 3
    agents += [line.split("\t")[1] for line in (HERE / "bots.tsv").read_text().splitlines()[::9]]
    agents += ["-", ""]
    addresses = ["203.0.113.7", "198.51.100.1", "2001:db8:1:2::1", "10.0.0.4"]
    at, lines = START, []
    for _ in range(line_count):
        at += timedelta(seconds=dice.choice([0, 1, 40, 300, 900]))
        line = log_line(
            at - timedelta(seconds=dice.choice([0, 0, 30])),
            address=dice.choice(addresses),
            path=dice.choice(PATHS * 3 + ASSETS) + dice.choice(["", "", "?utm_source=x"]),
            agent=dice.choice(agents),
            method=dice.choice(["GET"] * 9 + ["HEAD", "POST"]),
            status=dice.choice([200] * 8 + [304, 404, 301, 500, 206]),
            referrer=dice.choice(REFERRERS),
        )
        lines += [line] * dice.choice([1] * 20 + [2, 3])
    for number in (10, 700):
        lines.insert(number, dice.choice(lines)[:-5])
    lines.insert(300, "no log line at all")
    return "\n".join(lines) + "\n"


@pytest.fixture
def targets(counting):
    pages = [make_page().pk for _ in range(3)]
    return dict(zip(PATHS, [*pages, make_page(live=False).pk, 999_999], strict=True))


@pytest.fixture
def map_file(targets, tmp_path):
    file = tmp_path / "map.csv"
    rows = "".join(f"{path},{page}\n" for path, page in targets.items())
    file.write_text("path,target\n" + rows)
    return str(file)


def expected(text, targets):
    pages = list(targets.values())
    return count_log(text, targets, public=set(pages[:3]), existing=set(pages[:4]))


def counted():
    """What the project counted, in the shape of the independent count."""
    drain_all()
    sums = PageBucket.objects.values("page_id").annotate(
        *(Sum(name, default=0) for name in ("views", "visits", "readers", "site_readers"))
    )
    pages = {
        row["page_id"]: (row["views__sum"], row["visits__sum"], row["readers__sum"])
        for row in sums.order_by("page_id")
    }
    drops = DropCount.objects.values_list("reason").annotate(Sum("count"))
    return {
        "pages": pages,
        "site_readers": sum(row["site_readers__sum"] for row in sums),
        "drops": dict(drops),
    }


def feed(text, targets, file=None):
    return replay.feed(
        file or io.BytesIO(text.encode()),
        pages=replay.Pages(targets),
        host="old.example",
        now=NOW,
    )


def same(tally, wanted):
    """Compare project and independent count as a whole."""
    unparsable = tally.unparsable_lines
    drops = {}
    for (reason, _), count in tally.drops.items():
        drops[reason] = drops.get(reason, 0) + count
    assert drops == wanted["drops"]
    assert tally.view_count == sum(views for views, _, _ in wanted["pages"].values())
    assert {**counted(), "unparsable": unparsable} == wanted


def test_replay_equals_an_independent_count(targets):
    text = make_log()
    wanted = expected(text, targets)

    tally = feed(text, targets)

    same(tally, wanted)
    assert set(wanted["drops"]) == {"bot", "unknown_page", "not_public", "referrer_spam"}
    assert len(wanted["unparsable"]) == 3


def test_second_feed_changes_nothing(targets):
    text = make_log(line_count=300)
    feed(text, targets)
    before = counted()

    with pytest.raises(replay.AlreadyFed):
        feed(text, targets)

    assert counted() == before


class BreakingFile(io.BytesIO):
    """Breaks off after some lines, as a process that is killed does."""

    lines_left = 1234

    def __next__(self):
        self.lines_left -= 1
        if self.lines_left < 0:
            raise KeyboardInterrupt
        return super().__next__()


def test_killed_replay_goes_on_and_counts_the_same(targets):
    text = make_log()
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            feed(text, targets, BreakingFile(text.encode()))
    interrupted = LogReplay.objects.get()
    assert (interrupted.lines_done > 0, len(interrupted.key)) == (True, 32)

    tally = feed(text, targets)

    same(tally, expected(text, targets))
    finished = LogReplay.objects.get()
    assert (bytes(finished.key), finished.finished_at) == (b"", NOW)
    assert finished.lines_done == text.count("\n")


def test_replay_draws_no_salts_of_days(targets):
    feed(make_log(line_count=100), targets)

    assert not DaySalt.objects.exists()


def test_log_without_any_page_may_be_fed_again(targets):
    text = make_log(line_count=50)
    feed(text, {})

    assert feed(text, targets).view_count > 0


def test_nothing_of_address_and_user_agent_is_kept(targets, clean_redis):
    text = log_line(
        START,
        address="203.0.113.7",
        path="/a/",
        agent="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    )
    feed(text + "\n", targets)

    stored = []
    for key in own_keys(clean_redis):
        stored += [key, clean_redis.dump(key)]
    assert counted()["pages"] == {targets["/a/"]: (1, 1, 1)}
    assert not any(b"203.0.113.7" in part or b"Mozilla" in part for part in stored)


def test_paths_without_a_map_are_addresses_of_live_pages(counting):
    page = make_page(slug="grüße")
    make_page(slug="entwurf", live=False)
    lines = [
        log_line(START, address="1.2.3.4", path=path, agent="Mozilla/5.0 Firefox/1 (X11; Linux)")
        for path in ("/gr%C3%BC%C3%9Fe/", "/entwurf/", "/anderes/")
    ]
    tally = replay.feed(
        io.BytesIO("\n".join(lines).encode()), pages=replay.Pages(None), host="x", now=NOW
    )

    assert (tally.view_count, dict(tally.ignored)) == (1, {"not a page": 2})
    assert counted()["pages"] == {page.pk: (1, 1, 1)}


def test_command_prints_a_table_and_reads_packed_logs(targets, map_file, tmp_path, capsys):
    text = make_log(line_count=200)
    wanted = expected(text, targets)
    packed = tmp_path / "access.log.gz"
    packed.write_bytes(gzip.compress(text.encode()))

    call_command("replay_access_log", str(packed), map=map_file)
    call_command("replay_access_log", str(packed), map=map_file)

    printed = capsys.readouterr().out
    views = sum(views for views, _, _ in wanted["pages"].values())
    assert f"views accepted {views}" in " ".join(printed.split())
    assert "unparsable lines: " + ", ".join(map(str, wanted["unparsable"])) in printed
    assert printed.rstrip().endswith("Nothing to do.")
    assert counted()["drops"] == wanted["drops"]


def test_map_may_name_addresses(counting, tmp_path):
    page = make_page(slug="ziel")
    (tmp_path / "map.csv").write_text("/old.html,/ziel/\n")
    (tmp_path / "log").write_text(
        log_line(START, address="1.2.3.4", path="/old.html", agent="Mozilla/5.0 (X11; Linux) F/1")
        + "\n"
    )

    call_command("replay_access_log", str(tmp_path / "log"), map=str(tmp_path / "map.csv"))

    assert counted()["pages"] == {page.pk: (1, 1, 1)}


@pytest.mark.parametrize(
    ("content", "message"),
    [("/a\n", "row 1: expected"), ("/a,/nirgends/\n", "no live page has the address /nirgends/")],
)
def test_bad_map_is_refused(counting, tmp_path, content, message):
    make_page()
    (tmp_path / "map.csv").write_text(content)

    with pytest.raises(CommandError, match=message):
        call_command("replay_access_log", "log", map=str(tmp_path / "map.csv"))


def test_missing_log_is_said(counting):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("replay_access_log", "/nowhere/access.log")


def paths_of_pages(text):
    """Every path of a real log that looks like a page's."""
    paths = {line.split('"')[1].split(" ")[1].split("?")[0] for line in text.splitlines()}
    endings = ("/", ".html", ".xhtml", ".htm")
    return sorted(
        path for path in paths if path.endswith(endings) or "." not in path.rpartition("/")[2]
    )


@pytest.mark.skipif(
    not Path(os.environ.get("REPLAY_LOG", "/nowhere")).exists(), reason="REPLAY_LOG is not set"
)
def test_real_log_equals_an_independent_count(counting):
    text = Path(os.environ["REPLAY_LOG"]).read_text(encoding="utf-8")
    pages = [make_page().pk for _ in range(24)]
    targets = {path: pages[n % 24] for n, path in enumerate(paths_of_pages(text))}
    wanted = count_log(text, targets, public=set(pages))

    tally = feed(text, targets)

    same(tally, wanted)
