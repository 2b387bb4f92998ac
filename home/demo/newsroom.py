"""Builds the demo newspaper in an empty site, and takes it away again."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files.images import ImageFile
from django.db import transaction
from django.utils.text import slugify
from wagtail.models import Collection, Locale, Page, Revision, Site

from home.demo import manuscripts, people, pictures
from home.demo.manuscripts import Manuscript
from home.models import FooterLink, HomePage, LeadSlot, Masthead, StandardPage
from news.models import (
    ArticleAuthor,
    ArticlePage,
    ArticleRelation,
    Author,
    NewsImage,
    SectionPage,
    Tag,
)

NAME = "Elvermünder Tageblatt"
COLLECTION = "Demo"
LANGUAGES = ("de", "en")
HOME_TITLES = {"de": "Startseite", "en": "Front page"}
HOME_SLUGS = {"de": "startseite", "en": "front-page"}
LEADS = {
    "de": [
        "klappbruecke-holzhafen-gesperrt",
        "hafen-containerumschlag-waechst",
        "seegras-kehrt-zurueck",
        "stadtrat-haushalt-beschlossen",
        "markthalle-vier-uhr-frueh",
    ],
    "en": ["holzhafen-bridge-closed", "sea-grass-returns", "port-container-volumes-rise"],
}
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ü": "Ue"})

Say = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Section:
    """A section in both languages; `path` is the German one."""

    path: str
    titles: dict[str, str]
    slugs: dict[str, str]
    introductions: dict[str, str]

    @property
    def parent(self) -> str:
        return self.path.rpartition("/")[0]


SECTIONS = [
    Section(
        "stadt", {"de": "Stadt", "en": "City"}, {"de": "stadt", "en": "city"},
        {"de": "Was Elvermünde bewegt: Rathaus, Stadtteile, Schulen, Nachbarschaft.",
         "en": "Town hall, neighbourhoods, schools: what moves Elvermünde."},
    ),
    Section(
        "stadt/verkehr", {"de": "Verkehr", "en": "Transport"},
        {"de": "verkehr", "en": "transport"},
        {"de": "Straßen, Schienen, Brücken und Radwege.",
         "en": "Roads, rails, bridges and cycle lanes."},
    ),
    Section(
        "wirtschaft", {"de": "Wirtschaft", "en": "Business"},
        {"de": "wirtschaft", "en": "business"},
        {"de": "Hafen, Werften, Energie: die Wirtschaft an der Elver.",
         "en": "Port, shipyards, energy: the economy on the Elver."},
    ),
    Section(
        "wirtschaft/mittelstand", {"de": "Mittelstand", "en": "Small business"},
        {"de": "mittelstand", "en": "small-business"},
        {"de": "Handwerk, Familienbetriebe, Gründerinnen und Gründer.",
         "en": "Trades, family firms and founders."},
    ),
    Section(
        "kultur", {"de": "Kultur", "en": "Culture"}, {"de": "kultur", "en": "culture"},
        {"de": "Bühne, Bücher, Speicher: das kulturelle Leben der Stadt.",
         "en": "Stage, books and warehouses: the city's cultural life."},
    ),
    Section(
        "wissen", {"de": "Wissen", "en": "Science"}, {"de": "wissen", "en": "science"},
        {"de": "Forschung von der Küste, verständlich erklärt.",
         "en": "Research from the coast, clearly explained."},
    ),
]  # fmt: skip


def key_of(name: str) -> uuid.UUID:
    """Return the translation key of something in the demo: the same on every seed."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"redaktion-demo/{name}")


def seed(*, now: datetime, say: Say = print) -> bool:
    """Fill an empty site with the demo; a site that has content is left alone.

    Returns whether anything was built. Log-ins are completed in any case.
    """
    people.ensure_logins()
    if not _is_free():
        say("The site has content; nothing was changed.")
        return False
    with transaction.atomic():
        remove()
        _Newsroom(now, say).build()
    return True


def seed_empty(*, now: datetime, say: Say = print) -> bool:
    """Give an empty site its two front pages and drafts of imprint and privacy policy."""
    people.ensure_logins([login for login in people.LOGINS if not login.group])
    if HomePage.objects.exists():
        say("The site has content; nothing was changed.")
        return False
    with transaction.atomic():
        _Newsroom(now, say).build_empty()
    return True


def remove() -> int:
    """Delete what the demo made and return how many things; pages with others below stay."""
    count = 0
    keys = [key_of(name) for name in _key_names()]
    mine = Page.objects.filter(translation_key__in=keys, depth__gt=1)
    for page in mine.order_by("-depth", "-path").specific():
        page = Page.objects.get(pk=page.pk).specific
        if page.get_children().exists():
            continue
        page.delete()
        count += 1
    slugs = [byline.slug for byline in people.BYLINES]
    authors = Author.objects.filter(slug__in=slugs, article_authors__isnull=True)
    tags = Tag.objects.filter(slug__in=_tag_slugs(), article_tags__isnull=True)
    images = NewsImage.objects.filter(collection__name=COLLECTION, source=pictures.SOURCE)
    for thing in [*authors, *tags, *images]:
        thing.delete()
        count += 1
    Collection.objects.filter(name=COLLECTION, depth=2).exclude(
        pk__in=NewsImage.objects.values("collection")
    ).delete()
    return count


def _is_free() -> bool:
    """No front page yet, or only what `seed_empty` left and nobody has edited."""
    if SectionPage.objects.exists() or ArticlePage.objects.exists():
        return False
    others = HomePage.objects.exclude(translation_key=key_of("home"))
    edited = [page for page in StandardPage.objects.all() if page.revisions.count() > 1]
    return not others.exists() and not edited


def _key_names() -> Iterable[str]:
    yield "home"
    for section in SECTIONS:
        yield f"section/{section.path}"
    for language in LANGUAGES:
        for text in manuscripts.articles(language):
            yield _article_key(text)
        for text in manuscripts.standard_pages(language):
            yield f"page/{text['key']}"


def _article_key(text: Manuscript) -> str:
    return f"article/{text['translates'] or text.slug}"


def _tag_slug(name: str) -> str:
    return slugify(name.translate(UMLAUTS))


def _tag_slugs() -> set[str]:
    return {
        _tag_slug(tag)
        for language in LANGUAGES
        for text in manuscripts.articles(language)
        for tag in text.words("tags")
    }


class _Newsroom:
    """One run of the seed: holds what was made so far by its name."""

    def __init__(self, now: datetime, say: Say) -> None:
        self.now, self.say = now, say
        self.editor = get_user_model().objects.filter(username="redakteurin").first()
        self.locales = {
            language: Locale.objects.get_or_create(language_code=language)[0]
            for language in LANGUAGES
        }
        self.homes: dict[str, HomePage] = {}
        self.sections: dict[tuple[str, str], SectionPage] = {}
        self.images: dict[str, NewsImage] = {}
        self.authors: dict[str, Author] = {}
        self.tags: dict[str, Tag] = {}
        self.articles: dict[tuple[str, str], ArticlePage] = {}
        self.standard_pages: dict[tuple[str, str], StandardPage] = {}

    def build(self) -> None:
        self._draw_pictures()
        self._introduce_authors()
        site = self._open_homes(NAME)
        self._open_sections()
        self._write_articles()
        self._write_standard_pages(live=True)
        self._set_masthead(
            site,
            name=NAME,
            claim_de="Unabhängige Zeitung für Hafen, Stadt und Küste",
            claim_en="Independent news from the port, the city and the coast",
            publisher="Elvermünder Tageblatt Verlag GmbH (Demo)",
            is_demo=True,
        )
        self._fill_leads()

    def build_empty(self) -> None:
        site = self._open_homes("Redaktion")
        self._write_standard_pages(live=False)
        self._set_masthead(
            site,
            name="Redaktion",
            claim_de="Hier entsteht eine Zeitung",
            claim_en="A newspaper in the making",
        )

    def _draw_pictures(self) -> None:
        collection = Collection.objects.filter(name=COLLECTION, depth=2).first()
        collection = collection or Collection.get_first_root_node().add_child(name=COLLECTION)
        portraits = [
            pictures.portrait(byline.slug, byline.name, **byline.look) for byline in people.BYLINES
        ]
        for picture in [*pictures.PICTURES, *portraits]:
            image = NewsImage(
                title=picture.title,
                description=picture.description,
                caption=picture.caption,
                creator=picture.creator,
                source=pictures.SOURCE,
                licence=pictures.LICENCE,
                collection=collection,
                uploaded_by_user=self.editor,
                file=ImageFile(io.BytesIO(picture.jpeg()), name=f"{picture.name}.jpg"),
            )
            image._set_image_file_metadata()
            image.save()
            self.images[picture.name] = image
        self.say(f"{len(self.images)} pictures drawn")

    def _introduce_authors(self) -> None:
        users = {user.username: user for user in get_user_model().objects.all()}
        for byline in people.BYLINES:
            self.authors[byline.slug], _ = Author.objects.get_or_create(
                slug=byline.slug,
                defaults={
                    "name": byline.name,
                    "role": byline.role,
                    "biography": byline.biography,
                    "portrait": self.images[f"portraet-{byline.slug}"],
                    "email": f"{byline.slug}@{people.MAIL_DOMAIN}",
                    "user": users.get(byline.username),
                },
            )

    def _open_homes(self, site_name: str) -> Site:
        root = Page.get_first_root_node()
        for language in LANGUAGES:
            home = root.add_child(
                instance=HomePage(
                    title=HOME_TITLES[language],
                    slug=HOME_SLUGS[language],
                    seo_title=site_name,
                    locale=self.locales[language],
                    translation_key=key_of("home"),
                    owner=self.editor,
                )
            )
            self.homes[language] = home
            self._publish(home)
        address = urlsplit(settings.SITE_URL)
        site, _ = Site.objects.update_or_create(
            is_default_site=True,
            defaults={
                "hostname": address.hostname or "localhost",
                "port": address.port or (443 if address.scheme == "https" else 80),
                "site_name": site_name,
                "root_page": self.homes["de"],
            },
        )
        self._remove_welcome_page()
        return site

    def _remove_welcome_page(self) -> None:
        """Take away the page Wagtail's first migration makes, if it was never used."""
        welcome = Page.objects.filter(depth=2, slug="home", numchild=0).first()
        if welcome and welcome.specific_class is Page and not welcome.sites_rooted_here.exists():
            welcome.delete()

    def _open_sections(self) -> None:
        for section in SECTIONS:
            for language in LANGUAGES:
                parent: Page = self.sections.get((section.parent, language), self.homes[language])
                page = Page.objects.get(pk=parent.pk).add_child(
                    instance=SectionPage(
                        title=section.titles[language],
                        slug=section.slugs[language],
                        introduction=section.introductions[language],
                        show_in_menus=True,
                        locale=self.locales[language],
                        translation_key=key_of(f"section/{section.path}"),
                        owner=self.editor,
                    )
                )
                self.sections[section.path, language] = page
                self._publish(page)

    def _write_articles(self) -> None:
        texts = [text for language in LANGUAGES for text in manuscripts.articles(language)]
        # all pages first: texts refer to each other in both directions
        for text in texts:
            parent = Page.objects.get(pk=self.sections[text["section"], text.language].pk)
            self.articles[text.slug, text.language] = parent.add_child(
                instance=ArticlePage(
                    title=text["title"],
                    slug=text.slug,
                    live=False,
                    locale=self.locales[text.language],
                    translation_key=key_of(_article_key(text)),
                    first_published_at=manuscripts.moment(text["published"], self.now),
                    owner=self.editor,
                )
            )
        for text in texts:
            self._write_article(text)
        self.say(f"{len(texts)} articles published")

    def _write_article(self, text: Manuscript) -> None:
        article = self.articles[text.slug, text.language]
        article.kicker = text["kicker"]
        article.standfirst = text["standfirst"]
        article.lead_image = self.images[text["picture"]]
        article.lead_image_caption = text["caption"]
        article.lead_image_alternative_text = text["alternative"]
        article.is_sensitive = text["sensitive"] == "yes"
        article.significantly_updated_at = manuscripts.moment(text["updated"], self.now)
        article.search_description = text["description"]
        article.body = [self._block(text, part) for part in text.parts]
        article.article_authors = [
            ArticleAuthor(author=self.authors[slug], sort_order=order)
            for order, slug in enumerate(text.words("authors"))
        ]
        article.tags.set([self._tag(name) for name in text.words("tags")])
        article.related_picks = [
            ArticleRelation(related=self.articles[slug, text.language], sort_order=order)
            for order, slug in enumerate(text.words("related"))
        ]
        self._publish(article, at=article.significantly_updated_at or article.first_published_at)

    def _block(self, text: Manuscript, part: tuple[str, str, str]) -> tuple[str, Any]:
        name, argument, _ = part
        if name == "read-also":
            article = self.articles[argument, text.language]
            raw = {"type": "read_also", "value": {"article": article.pk}}
        else:
            raw = manuscripts.value(part, self.images, self.now)
        block = ArticlePage.body.field.stream_block.child_blocks[raw["type"]]
        return str(raw["type"]), block.to_python(raw["value"])

    def _tag(self, name: str) -> Tag:
        if name not in self.tags:
            self.tags[name], _ = Tag.objects.get_or_create(
                slug=_tag_slug(name), defaults={"name": name}
            )
        return self.tags[name]

    def _write_standard_pages(self, *, live: bool) -> None:
        for language in LANGUAGES:
            for text in manuscripts.standard_pages(language):
                if not live and text["key"] == "about":
                    continue
                self._write_standard_page(text, live=live)

    def _write_standard_page(self, text: Manuscript, *, live: bool) -> None:
        body = f"\n{text.body if live else text['stub']}".replace("\n## ", "\n#### ").strip()
        content = Manuscript(text.slug, text.language, text.header, body)
        block = StandardPage.body.field.stream_block
        page = Page.objects.get(pk=self.homes[text.language].pk).add_child(
            instance=StandardPage(
                title=text["title"],
                slug=text.slug,
                introduction=text["introduction"] if live else "",
                body=[
                    (raw["type"], block.child_blocks[raw["type"]].to_python(raw["value"]))
                    for raw in (
                        manuscripts.value(part, self.images, self.now) for part in content.parts
                    )
                ],
                live=False,
                locale=self.locales[text.language],
                translation_key=key_of(f"page/{text['key']}"),
                owner=self.editor,
            )
        )
        self.standard_pages[text["key"], text.language] = page
        if live:
            self._publish(page)
        else:
            page.save_revision()

    def _set_masthead(self, site: Site, **values: Any) -> None:
        masthead, _ = Masthead.objects.update_or_create(site=site, defaults=values)
        masthead.footer_links = [
            FooterLink(page=self.standard_pages[key, "de"], sort_order=order)
            for order, key in enumerate(("imprint", "privacy", "about"))
            if (key, "de") in self.standard_pages
        ]
        masthead.save()

    def _fill_leads(self) -> None:
        for language in LANGUAGES:
            home = HomePage.objects.get(pk=self.homes[language].pk)
            home.lead_slots = [
                LeadSlot(article=self.articles[slug, language], sort_order=order)
                for order, slug in enumerate(LEADS[language])
            ]
            self._publish(home)

    def _publish(self, page: Page, *, at: datetime | None = None) -> None:
        """Publish through a revision, dated as if it had happened then."""
        at = at or self.now
        page.first_published_at = page.first_published_at or at
        revision = page.save_revision(user=self.editor)
        revision.publish(user=self.editor)
        Revision.objects.filter(pk=revision.pk).update(created_at=at)
        type(page).objects.filter(pk=page.pk).update(
            last_published_at=at, latest_revision_created_at=at
        )
