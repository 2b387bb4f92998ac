"""Work that the newsroom leaves in the outbox."""

from typing import Any

from cms.outbox.queue import handler
from news.tasks import warm_renditions


@handler("warm_renditions")
def send_warm_renditions(payload: dict[str, Any]) -> None:
    """Pass the work on to the workers for pictures, so that mail never waits behind it."""
    warm_renditions.delay(payload["model"], payload["pk"])
