"""Who gets a page from memory, and in which form."""

import gzip

import brotli
import pytest

from cms.page_cache.entries import best_encoding
from cms.page_cache.wsgi import COUNTERS, HITS_AT_ONCE, shared_policy
from tests.cms.page_cache.site import Process, Site

pytestmark = pytest.mark.usefixtures("clean_redis")


def test_a_tagged_page_is_rendered_once() -> None:
    site = Site()
    process = Process(site)
    first, second = process.get(), process.get()
    assert (first.cache, second.cache, site.renderings) == ("miss", "hit", 1)
    assert first.body == second.body == site.body
    assert first.headers | {"X-Cache": "hit"} == second.headers
    assert second.headers == {
        "Content-Type": "text/html",
        "Cache-Control": "public, max-age=0, s-maxage=30, stale-while-revalidate=30",
        "ETag": second.headers["ETag"],
        "Vary": "Accept-Encoding, Cookie",
        "Content-Length": str(len(site.body)),
        "X-Cache": "hit",
    }


def test_an_untagged_page_is_never_kept() -> None:
    site = Site(tags="")
    process = Process(site)
    assert [process.get().cache for _ in range(2)] == [None, None]
    assert site.renderings == 2


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([("Set-Cookie", "a=b")], "200 OK"),
        ([("Cache-Control", "private")], "200 OK"),
        ([("Cache-Control", "no-store")], "200 OK"),
        ([("Vary", "Accept-Language")], "200 OK"),
        ([], "302 Found"),
        ([], "500 Internal Server Error"),
    ],
)
def test_what_is_somebodys_own_is_never_kept(headers: list[tuple[str, str]], status: str) -> None:
    site = Site(headers=headers, status=status)
    process = Process(site)
    for _ in range(2):
        answer = process.get()
        assert (answer.status, answer.cache, "X-Page-Cache-Tags" in answer.headers) == (
            status,
            None,
            False,
        )
    assert site.renderings == 2


def test_vary_on_cookie_does_not_keep_a_page_out() -> None:
    process = Process(Site(headers=[("Vary", "Cookie")]))
    assert [process.get().cache for _ in range(2)] == ["miss", "hit"]


@pytest.mark.parametrize("cookie", ["sessionid=abc", "a=b; sessionid=c", "redaktion_reader=x"])
def test_a_cookie_of_ours_bypasses(cookie: str) -> None:
    site = Site()
    process = Process(site)
    process.get()
    answer = process.get(cookie=cookie)
    assert (answer.cache, answer.headers["Cache-Control"]) == ("bypass", "private, no-cache")
    assert "X-Page-Cache-Tags" not in answer.headers
    assert site.renderings == 2


def test_a_foreign_cookie_does_not_bypass() -> None:
    process = Process(Site())
    process.get()
    assert process.get(cookie="_ga=GA1.2; csrftoken=x").cache == "hit"


def test_tracking_parameters_do_not_make_another_page() -> None:
    site = Site()
    process = Process(site)
    process.get("/artikel/?utm_source=brief&fbclid=1")
    assert process.get("/artikel/?gclid=2").cache == "hit"
    assert process.get("/artikel/").cache == "hit"
    assert site.queries == [""]


def test_a_redirect_keeps_the_tracking_parameters() -> None:
    site = Site(tags="", status="301 Moved", headers=[("Location", "/neu/?a=1#ende")])
    answer = Process(site).get("/alt/?utm_source=brief")
    assert answer.headers["Location"] == "/neu/?a=1&utm_source=brief#ende"


def test_known_parameters_are_pages_of_their_own_and_unknown_ones_bypass() -> None:
    site = Site()
    process = Process(site)
    assert process.get("/artikel/?page=2").cache == "miss"
    assert process.get("/artikel/?page=2&utm_medium=x").cache == "hit"
    assert process.get("/artikel/?page=3").cache == "miss"
    assert [process.get("/artikel/?q=bank").cache for _ in range(2)] == ["bypass", "bypass"]


def test_pages_with_parameters_stay_out_of_redis(clean_redis: object) -> None:
    Process(Site()).get("/artikel/?page=2")
    assert Process(Site()).get("/artikel/?page=2").cache == "miss"


def test_other_methods_pass() -> None:
    site = Site(tags="")
    process = Process(site)
    assert process.get(method="POST").cache is None
    assert site.renderings == 1


def test_head_is_answered_from_what_is_kept_but_keeps_nothing() -> None:
    site = Site()
    process = Process(site)
    assert process.get(method="HEAD").cache == "bypass"
    process.get()
    answer = process.get(method="HEAD")
    assert (answer.cache, answer.body) == ("hit", b"")
    assert answer.headers["Content-Length"] == str(len(site.body))


def test_who_accepts_gzip_gets_it() -> None:
    site = Site()
    process = Process(site)
    process.get()
    answer = process.get(accept_encoding="deflate, gzip;q=0.8")
    assert gzip.decompress(answer.body) == site.body
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Content-Length"] == str(len(answer.body))


def test_who_accepts_brotli_gets_it() -> None:
    site = Site()
    process = Process(site)
    process.get()
    answer = process.get(accept_encoding="gzip, deflate, br, zstd")
    assert brotli.decompress(answer.body) == site.body
    assert answer.headers["Content-Encoding"] == "br"
    assert answer.headers["Content-Length"] == str(len(answer.body))


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", ""),
        ("identity", ""),
        ("gzip;q=0, br;q=0.0", ""),
        ("GZIP", "gzip"),
        ("gzip;q=1.0, br;q=0", "gzip"),
        ("br;q=0.001", "br"),
        ("*", "br"),
        ("*;q=0", ""),
        ("br;q=0, *", "gzip"),
    ],
)
def test_what_a_reader_accepts(accepted: str, encoding: str) -> None:
    assert best_encoding(accepted) == encoding


@pytest.mark.parametrize(
    ("fresh", "stale", "policy"),
    [
        (30, 30, "public, max-age=0, s-maxage=30, stale-while-revalidate=30"),
        (300, 300, "public, max-age=0, s-maxage=60, stale-while-revalidate=0"),
        (50, 30, "public, max-age=0, s-maxage=50, stale-while-revalidate=10"),
    ],
)
def test_shared_caches_keep_a_page_for_a_minute_at_most(
    fresh: int, stale: int, policy: str
) -> None:
    assert shared_policy(fresh, stale) == policy


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_who_has_the_page_is_told_so(encoding: str) -> None:
    process = Process(Site())
    etag = process.get().headers["ETag"]
    answer = process.get(if_none_match=f'"other", {etag}', accept_encoding=encoding)
    assert (answer.status, answer.body) == ("304 Not Modified", b"")
    assert "Content-Length" not in answer.headers
    assert process.get(if_none_match='"other"').status == "200 OK"


def test_every_answer_is_counted() -> None:
    def counted() -> dict[str, float]:
        return {name: counter._value.get() for name, counter in COUNTERS.items()}

    process = Process(Site())
    before = counted()
    process.get()
    for _ in range(HITS_AT_ONCE + 3):
        process.get()
    process.get(method="HEAD")

    more = {name: count - before[name] for name, count in counted().items()}
    assert more == {"miss": 1, "hit": HITS_AT_ONCE + 4, "stale": 0, "bypass": 0}


def test_hosts_and_schemes_are_apart() -> None:
    process = Process(Site())
    process.get()
    assert process.get(host="en.testserver").cache == "miss"
    assert process.get(x_forwarded_proto="https").cache == "miss"


def test_the_iterable_of_a_kept_response_is_closed() -> None:
    closed = []

    class Parts(list):
        def close(self) -> None:
            closed.append(True)

    class Closing(Site):
        def __call__(self, environ: dict, start_response: object) -> Parts:
            return Parts(super().__call__(environ, start_response))

    Process(Closing()).get()
    assert closed == [True]
