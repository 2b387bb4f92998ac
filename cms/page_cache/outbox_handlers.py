"""The page cache's work in the outbox: say again what must be dropped, until Redis heard it."""

from cms.outbox.queue import Payload, handler
from cms.page_cache import versions
from cms.page_cache.tags import KIND


@handler(KIND)
def drop_tagged(payload: Payload) -> None:
    versions.bump(payload["tags"])
