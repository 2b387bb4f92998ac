"""RSS and Atom for the site, a section, an author and a tag, in the language of the address."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from wagtail.models import Site

from cms.page_cache.tags import tag_response
from news.models import ArticlePage, Author, SectionPage, Tag
from news.querysets import ArticleQuerySet

LENGTH = 20


@dataclass(frozen=True, slots=True)
class Channel:
    """What one feed is about."""

    title: str
    description: str
    link: str
    articles: ArticleQuerySet


class ArticleFeed(Feed):
    """The newest articles of a channel; subclasses say which."""

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().__call__(request, *args, **kwargs)
        tag_response(response, "listings", "navigation")
        return response

    def title(self, channel: Channel) -> str:
        return channel.title

    def description(self, channel: Channel) -> str:
        # RSS demands one.
        return channel.description or channel.title

    def subtitle(self, channel: Channel) -> str | None:
        return channel.description or None

    def link(self, channel: Channel) -> str:
        return channel.link

    def items(self, channel: Channel) -> list[ArticlePage]:
        articles = channel.articles.filter(locale__language_code=translation.get_language())
        newest = articles.newest_first().defer_streamfields().with_authors()
        return list(newest.prefetch_related("tags")[:LENGTH])

    def item_title(self, article: ArticlePage) -> str:
        return article.title

    def item_description(self, article: ArticlePage) -> str | None:
        return article.standfirst or None

    def item_link(self, article: ArticlePage) -> str:
        return article.get_full_url() or ""

    def item_guid(self, article: ArticlePage) -> str:
        # Stays the same when the page moves.
        return f"urn:uuid:{article.translation_key}:{article.pk}"

    item_guid_is_permalink = False

    def item_author_name(self, article: ArticlePage) -> str | None:
        return ", ".join(author.name for author in article.authors) or None

    def item_pubdate(self, article: ArticlePage) -> datetime | None:
        return article.first_published_at

    def item_updateddate(self, article: ArticlePage) -> datetime | None:
        return article.significantly_updated_at or article.first_published_at

    def item_categories(self, article: ArticlePage) -> list[str]:
        return [tag.name for tag in article.tags.all()]


class SiteFeed(ArticleFeed):
    def get_object(self, request: HttpRequest) -> Channel:
        return Channel(_site_name(request), "", reverse("wagtail_serve", args=[""]), _published())


class SectionFeed(ArticleFeed):
    def get_object(self, request: HttpRequest, section: SectionPage) -> Channel:
        title = f"{section.title} – {_site_name(request)}"
        link = section.get_url(request) or "/"
        return Channel(title, section.introduction, link, section.articles())


class AuthorFeed(ArticleFeed):
    def get_object(self, request: HttpRequest, slug: str) -> Channel:
        author = get_object_or_404(Author, slug=slug)
        title = f"{author.name} – {_site_name(request)}"
        articles = _published().by_author(author.pk)
        return Channel(title, author.role, author.get_absolute_url(), articles)


class TagFeed(ArticleFeed):
    def get_object(self, request: HttpRequest, slug: str) -> Channel:
        tag = get_object_or_404(Tag, slug=slug)
        title = f"{tag.name} – {_site_name(request)}"
        return Channel(title, "", tag.get_absolute_url(), _published().tagged(tag.pk))


class SiteAtomFeed(SiteFeed):
    feed_type = Atom1Feed


class SectionAtomFeed(SectionFeed):
    feed_type = Atom1Feed


class AuthorAtomFeed(AuthorFeed):
    feed_type = Atom1Feed


class TagAtomFeed(TagFeed):
    feed_type = Atom1Feed


def _published() -> ArticleQuerySet:
    return ArticlePage.objects.published()


def _site_name(request: HttpRequest) -> str:
    site = Site.find_for_request(request)
    return (site.site_name if site else "") or settings.WAGTAIL_SITE_NAME
