"""Work that the newsroom leaves in the outbox."""

from typing import Any

from cms.outbox.queue import handler
from news.tasks import index_articles, warm_renditions


@handler("warm_renditions")
def send_warm_renditions(payload: dict[str, Any]) -> None:
    """Pass the work on to the workers for pictures, so that mail never waits behind it."""
    warm_renditions.delay(payload["model"], payload["pk"])


@handler("index_articles")
def send_index_articles(payload: dict[str, Any]) -> None:
    """Pass the work on: hundreds of articles take longer than mail may wait."""
    index_articles.delay(payload["ids"])
