"""Marking responses, and invalidations that a lost Redis cannot lose."""

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone

from cms.outbox.delivery import deliver_due
from cms.outbox.models import OutboxEntry
from cms.outbox.queue import handlers
from cms.page_cache import versions
from cms.page_cache.tags import TAGS_HEADER, invalidate, tag_response
from tests.cms.page_cache.site import Process, Site

pytestmark = pytest.mark.usefixtures("clean_redis")


def test_tags_of_several_calls_add_up() -> None:
    response = HttpResponse()
    tag_response(response, "page:2", "navigation")
    tag_response(response, "page:1", "navigation")
    assert response.headers[TAGS_HEADER] == "navigation page:1 page:2"


@pytest.mark.django_db(transaction=True)
def test_nothing_is_dropped_before_the_commit_and_nothing_after_a_rollback() -> None:
    with transaction.atomic():
        invalidate("page:1")
        assert versions.read_since(0) == {}
    assert set(versions.read_since(0)) == {"*", "page:1"}
    with pytest.raises(RuntimeError), transaction.atomic():
        invalidate("page:2")
        raise RuntimeError
    assert set(versions.read_since(0)) == {"*", "page:1"}


@pytest.mark.django_db(transaction=True)
def test_a_lost_redis_hears_of_it_through_the_outbox(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as context:
        context.setattr(settings, "CACHE_URL", "redis://127.0.0.1:9/0")
        invalidate("page:1", "listings")
    assert versions.read_since(0) == {}
    entry = OutboxEntry.objects.get()
    assert (entry.kind, entry.payload["tags"]) == ("invalidate", ["listings", "page:1"])
    handlers[entry.kind].work(entry.payload)
    assert set(versions.read_since(0)) == {"*", "listings", "page:1"}


@pytest.mark.django_db(transaction=True)
def test_what_was_heard_at_once_is_not_dropped_again_by_the_outbox() -> None:
    site = Site()
    process = Process(site)
    process.get()
    invalidate("page:1")
    process.clock.passed += 0.6
    process.get()
    before = versions.read_since(0)

    assert deliver_due(timezone.now()) == 1

    assert versions.read_since(0) == before
    process.clock.passed += 0.6
    assert (process.get().cache, site.renderings) == ("hit", 2)


@pytest.mark.django_db(transaction=True)
def test_what_an_older_version_has_put_into_the_outbox_is_dropped() -> None:
    for _ in range(2):
        OutboxEntry.objects.create(kind="invalidate", payload={"tags": ["page:1"]})
    first, second = OutboxEntry.objects.all()

    handlers["invalidate"].work(first.payload)
    moment = versions.read_since(0)["page:1"]
    handlers["invalidate"].work(second.payload)

    assert versions.read_since(0)["page:1"] > moment
