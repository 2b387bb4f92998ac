"""Celery's doors into the newsroom: primitives in, one verb called."""

from celery import shared_task

from news import publishing, scheduling, search


@shared_task(name="news.warm_renditions")
def warm_renditions(model: str, pk: int) -> None:
    """Make the pictures ready that an object such as `wagtailcore.page` 5 refers to."""
    publishing.warm_pictures_of(model, pk)


@shared_task(name="news.index_articles")
def index_articles(article_ids: list[int]) -> None:
    """Write these articles into the search index anew."""
    search.index(article_ids)


@shared_task(name="news.publish_scheduled")
def publish_scheduled() -> None:
    """Publish and expire what is due."""
    scheduling.publish_due()
