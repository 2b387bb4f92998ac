"""The page cache's work in the outbox: say again what must be dropped, until it was heard."""

from django.utils import timezone

from cms.outbox.models import EntryState, OutboxEntry
from cms.outbox.queue import Payload, handler
from cms.page_cache import front, versions
from cms.page_cache.drops import KIND, Drop
from cms.page_cache.tags import FRONT_KIND

AT_ONCE = 500


@handler(KIND)
def drop_tagged(payload: Payload) -> None:
    """Drop it unless Redis did so at once: what was rendered since is not rendered again."""
    drop = Drop.of(payload)
    versions.bump(drop.tags, name=drop.name)


@handler(FRONT_KIND)
def purge_front(payload: Payload) -> None:
    """Tell the caches before the site; everything else that waits for them goes along."""
    waiting = OutboxEntry.objects.filter(kind=FRONT_KIND, state=EntryState.WAITING)
    others = list(waiting.order_by("pk")[:AT_ONCE])
    front.purge({*payload["tags"], *(tag for entry in others for tag in entry.payload["tags"])})
    waiting.filter(pk__in=[entry.pk for entry in others]).update(
        state=EntryState.DONE, done_at=timezone.now()
    )
