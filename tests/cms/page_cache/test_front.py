"""What stands before the site hears the same tags, once for many."""

import http.server
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from cms import front_cache
from cms.outbox.delivery import deliver_due
from cms.outbox.models import EntryState, OutboxEntry
from cms.page_cache import front
from cms.page_cache.tags import FRONT_KIND, KIND, invalidate
from news.models import Tag
from tests.cms.page_cache.site import Process, Site
from tests.factories import make_article, make_author, make_home, make_section


class Proxy:
    """A cache that takes purges and remembers them; `status` is what it answers."""

    def __init__(self) -> None:
        self.purges: list[tuple[str, str, str]] = []
        self.status = 200
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_PURGE(self) -> None:
                tags = self.headers.get("xkey-purge", "")
                proxy.purges.append((self.headers["Host"], self.path, tags))
                self.send_response(proxy.status)
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def proxy(settings: Any) -> Iterator[Proxy]:
    proxy = Proxy()
    thread = threading.Thread(target=proxy.server.serve_forever)
    thread.start()
    settings.WAGTAILFRONTENDCACHE = front_cache.backends(proxy.address, token="")
    front.backends.cache_clear()
    yield proxy
    proxy.server.shutdown()
    thread.join()
    proxy.server.server_close()
    front.backends.cache_clear()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("clean_redis")
def test_many_invalidations_are_one_purge(proxy: Proxy) -> None:
    invalidate("page:1", "listings")
    invalidate("page:2", "listings")

    assert proxy.purges == []
    deliver_due(timezone.now())

    assert [tags for _host, _path, tags in proxy.purges] == ["listings page:1 page:2"]
    waiting = OutboxEntry.objects.filter(kind=FRONT_KIND, state=EntryState.WAITING)
    assert not waiting.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("clean_redis")
def test_a_proxy_that_was_away_is_told_later(proxy: Proxy) -> None:
    proxy.status = 503
    invalidate("page:1")
    deliver_due(timezone.now())
    entry = OutboxEntry.objects.get(kind=FRONT_KIND)
    assert (entry.state, entry.last_error) == (EntryState.WAITING, "PurgeFailed")

    proxy.status = 200
    deliver_due(entry.due_at)

    assert [tags for _host, _path, tags in proxy.purges] == ["page:1", "page:1"]
    assert OutboxEntry.objects.get(kind=FRONT_KIND).state == EntryState.DONE


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("clean_redis")
def test_without_a_proxy_nothing_waits_for_one() -> None:
    invalidate("page:1")

    assert set(OutboxEntry.objects.values_list("kind", flat=True)) == {KIND}


@pytest.mark.usefixtures("clean_redis")
def test_pages_name_their_tags_to_the_proxy(proxy: Proxy) -> None:
    process = Process(Site())

    for answer in (process.get(), process.get()):
        assert answer.headers["xkey"] == "navigation page:1"


@pytest.mark.django_db
def test_a_cache_that_knows_no_tags_hears_the_addresses(proxy: Proxy, settings: Any) -> None:
    make_home()
    section = make_section("Wirtschaft")
    settings.WAGTAILFRONTENDCACHE = {
        "default": {
            "BACKEND": "wagtail.contrib.frontend_cache.backends.HTTPBackend",
            "LOCATION": proxy.address,
        }
    }
    front.backends.cache_clear()

    author, tag = (
        make_author("Jana Beispiel", slug="jana-beispiel"),
        Tag.objects.create(name="Öl & Gas", slug="öl-gas"),
    )
    feeds = ("", "feed/", "feed/atom/")

    front.purge({f"section:{section.pk}", "listings", f"author:{author.pk}", f"tag:{tag.pk}"})

    heard = [path for _host, path, _tags in proxy.purges]
    assert heard == sorted(
        ["/", "/feed/", "/feed/atom/", "/sitemap.xml", "/news-sitemap.xml"]
        + [
            f"{address}{feed}"
            for address in (
                *("/wirtschaft/", "/autor/jana-beispiel/", "/en/author/jana-beispiel/"),
                *(f"/{kind}/{quote('öl-gas')}/" for kind in ("thema", "en/tag")),
            )
            for feed in feeds
        ]
    )


@pytest.mark.django_db
def test_one_address_is_purged_once_for_the_page_alone(proxy: Proxy) -> None:
    article = make_article("Ein Titel", section=make_section("Wirtschaft"), slug="ein-titel")

    assert front._addresses([f"page:{article.pk}", "page:x", "unknown:3", "ranking"]) == [
        "http://testserver/wirtschaft/ein-titel/"
    ]


@pytest.mark.django_db
def test_a_comment_is_purged_where_it_is_shown(proxy: Proxy) -> None:
    german = make_article("Ein Titel", section=make_section("Wirtschaft"), slug="ein-titel")
    english = make_article(
        "A title", section=make_section("Business", parent=make_home(language="en")), slug="a"
    )

    assert front._addresses([f"comments:{german.pk}", f"comments:{english.pk}"]) == sorted(
        "http://testserver" + path
        for path in (
            *("/wirtschaft/ein-titel/", "/en/business/a/"),
            *(f"/_/comments/{german.pk}/{name}/" for name in ("thread", "feed")),
            *(f"/en/_/comments/{english.pk}/{name}/" for name in ("thread", "feed")),
        )
    )


def test_cloudflare_needs_a_token() -> None:
    assert front_cache.backends("cloudflare:zone", token="t")["default"]["ZONEID"] == "zone"
    with pytest.raises(ImproperlyConfigured, match="FRONT_CACHE_TOKEN"):
        front_cache.backends("cloudflare:zone", token="")
    with pytest.raises(ImproperlyConfigured, match="FRONT_CACHE must be"):
        front_cache.backends("varnish", token="")
