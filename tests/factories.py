"""Plain functions that make one thing each, without surprises."""

import io
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.files.images import ImageFile
from django.utils import timezone
from PIL import Image as PillowImage
from wagtail.models import Locale, Page, Site

from home.models import HomePage
from news.models import ArticleAuthor, ArticlePage, Author, NewsImage, SectionPage

_numbers = iter(range(1, 10**9))


def make_home(*, language: str = "de", title: str = "Startseite") -> HomePage:
    """Return the front page in `language`, made on the first call; German is the site's root."""
    locale, _ = Locale.objects.get_or_create(language_code=language)
    home = HomePage.objects.filter(locale=locale).first()
    if home:
        return home
    # Transactional tests leave empty tables behind.
    root = Page.get_first_root_node() or Page.add_root(
        instance=Page(title="Root", slug="root", locale=locale)
    )
    home = HomePage(title=title, slug=f"home-{language}", locale=locale)
    other = HomePage.objects.first()
    if other:
        home.translation_key = other.translation_key
    home = root.add_child(instance=home)
    # Wagtail keeps the addresses of the roots in the cache, which outlives a test.
    Site.clear_site_root_paths_cache()
    if language == "de":
        Site.objects.update_or_create(
            is_default_site=True,
            defaults={"hostname": "testserver", "port": 80, "root_page": home},
        )
    return home


def make_section(title: str = "Wirtschaft", *, parent: Page | None = None) -> SectionPage:
    parent = parent or make_home()
    parent = Page.objects.get(pk=parent.pk)
    return parent.add_child(
        instance=SectionPage(title=title, locale=parent.locale, show_in_menus=True)
    )


def make_author(name: str = "Jana Beispiel", **fields: Any) -> Author:
    number = next(_numbers)
    return Author.objects.create(name=name, slug=fields.pop("slug", f"autor-{number}"), **fields)


def make_article(
    title: str = "",
    *,
    section: SectionPage | None = None,
    authors: tuple[Author, ...] = (),
    tags: tuple[str, ...] = (),
    live: bool = True,
    published_at: datetime | None = None,
    **fields: Any,
) -> ArticlePage:
    """Return a saved article; live unless told otherwise, without a revision."""
    section = section or SectionPage.objects.first() or make_section()
    parent = Page.objects.get(pk=section.pk)
    number = next(_numbers)
    published_at = published_at or (timezone.now() if live else None)
    article = parent.add_child(
        instance=ArticlePage(
            title=title or f"Artikel {number}",
            slug=fields.pop("slug", f"artikel-{number}"),
            locale=parent.locale,
            live=live,
            first_published_at=published_at,
            last_published_at=published_at,
            **fields,
        )
    )
    for order, author in enumerate(authors):
        ArticleAuthor.objects.create(article=article, author=author, sort_order=order)
    if tags:
        article.tags.add(*tags)
        article.save()
    return ArticlePage.objects.get(pk=article.pk)


def make_image(
    title: str = "Bild", *, width: int = 1600, height: int = 900, **fields: Any
) -> NewsImage:
    buffer = io.BytesIO()
    PillowImage.new("RGB", (width, height), (40, 90, 120)).save(buffer, "JPEG")
    file = ImageFile(buffer, name=f"bild-{next(_numbers)}.jpg")
    return NewsImage.objects.create(title=title, file=file, **fields)


def make_user(username: str = "", *, groups: tuple[str, ...] = (), **fields: Any) -> Any:
    """Return a user who may enter the admin through `groups`; password is `password`."""
    username = username or f"user-{next(_numbers)}"
    user = get_user_model().objects.create_user(
        username, f"{username}@example.org", "password", **fields
    )
    user.groups.set([Group.objects.get(name=name) for name in groups])
    return user


def make_admin(username: str = "admin") -> Any:
    return get_user_model().objects.create_superuser(
        username, f"{username}@example.org", "password"
    )


def article_form(article: ArticlePage) -> dict[str, str]:
    """Return what Wagtail's form of an article sends when nothing was changed."""
    form = {"title": article.title, "slug": article.slug, "body-count": "0", "tags": ""}
    for name in ("article_authors", "related_picks", "comments"):
        form |= {f"{name}-{key}": "0" for key in ("TOTAL_FORMS", "INITIAL_FORMS", "MAX_NUM_FORMS")}
    for place, row in enumerate(article.article_authors.all()):
        form |= {
            f"article_authors-{place}-id": str(row.pk),
            f"article_authors-{place}-author": str(row.author_id),
            f"article_authors-{place}-ORDER": str(place + 1),
            "article_authors-TOTAL_FORMS": str(place + 1),
            "article_authors-INITIAL_FORMS": str(place + 1),
        }
    return form | {"comment_mode": article.comment_mode}
