"""An editor of one section learns nothing of another's drafts, private pages, comments, numbers.

Words that stand nowhere else are put into what belongs to the other section; then every address
of the role table is opened, and every one that names a thing is opened with the other's.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from wagtail.models import GroupPagePermission, PageViewRestriction

from analytics.models import PageBucket, PageDay, Window, WindowTotal
from analytics.timebuckets import bucket_of
from news.comments.models import CommentSettings, ModeratedSection
from news.comments.readers import Submission, confirm, submit
from news.consent import defaults
from news.consent.models import ConsentText
from news.models import ArticlePage, SectionPage
from tests.factories import make_article, make_author, make_home, make_section, make_user
from tests.test_roles import ARTICLE, CASES, COMMENT, SECTION, First, address, outcome

pytestmark = pytest.mark.django_db

DRAFT, PRIVATE, TEXT, READ = "Entwurfswort", "Privatwort", "Kommentarwort", "Zahlenwort"
SECRETS = (DRAFT, PRIVATE, TEXT)
# Where figures of single articles are shown.
FIGURES = ("readership", "analytics")


@pytest.fixture
def other(settings: Any, tmp_path: Any) -> Any:
    """Business, with one of everything; returns the article that is live and public."""
    settings.VAR_DIR = tmp_path
    make_home()
    business = make_section("Wirtschaft")
    public = make_article(f"Offen {READ}", section=business, authors=(make_author(),))
    make_article(f"Neu {DRAFT}", section=business, live=False).save_revision()
    private = make_article(f"Intern {PRIVATE}", section=business)
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    for page in (public, private):
        PageBucket.objects.create(page_id=page.pk, bucket=bucket_of(now()), views=9, visits=9)
        PageDay.objects.create(page_id=page.pk, day=now().date(), views=9, visits=9)
        for window in Window:
            WindowTotal.objects.create(page_id=page.pk, window=window, views=9, visits=9)
    defaults.create_missing(ConsentText)
    comment = submit(
        Submission(
            article=public,
            parent=None,
            name="Jo Beispiel",
            email="jo@example.org",
            text=f"Guter Text mit {TEXT}.",
            consent_text=ConsentText.objects.get(purpose="publish", language="de", version=1),
            ticket_digest="0" * 64,
            surface="article:1 form:1",
        ),
        settings=CommentSettings(),
        now=now(),
    )
    confirm(comment, settings=CommentSettings(), now=now())
    return public


def now() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=20)


@pytest.fixture
def sport(client: Any, other: Any) -> Any:
    """Somebody with all the rights of an editor, for the section Sport."""
    section = make_section("Sport")
    make_article("Sieg im Pokal", section=section)
    group = Group.objects.create(name="Sport")
    group.permissions.set(Group.objects.get(name="Editors").permissions.all())
    for word in ("add", "change", "publish", "lock", "unlock"):
        GroupPagePermission.objects.create(
            group=group,
            page=section,
            permission=Permission.objects.get(codename=f"{word}_page"),
        )
    ModeratedSection.objects.create(group=group, section=section)
    user = make_user("sportredakteur")
    user.groups.add(group)
    client.force_login(user)
    return client


def names_a_page_or_comment(case: Any) -> bool:
    return any(arg in (ARTICLE, SECTION, COMMENT) for arg in case.args)


@pytest.mark.parametrize("query", ["", "?export=csv"])
def test_no_address_tells_of_another_section(sport, other, query):
    leaks = []
    for case in CASES:
        if case.method != "get" or (case.query and query):
            continue
        missing = [
            arg
            for arg in case.args
            if isinstance(arg, First) and not arg.model._default_manager.exists()
        ]
        if missing:
            continue
        url = address(case) + ("" if case.query else query)
        answer = sport.get(url)
        if answer.status_code != 200:
            continue
        text = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode(
            errors="replace"
        )
        is_about_figures = case.url_name.startswith(FIGURES)
        leaks += [
            f"{case.url_name}{query}: {word}"
            for word in (*SECRETS, *((READ,) if is_about_figures else ()))
            if word in text
        ]

    assert leaks == []


def test_nothing_of_another_section_can_be_opened_or_changed(sport, other):
    opened = {}
    for case in CASES:
        if names_a_page_or_comment(case):
            for method in {"get", case.method}:
                answer = getattr(sport, method)(address(case))
                opened[f"{method} {case.url_name}{case.query}"] = outcome(answer)

    opened.pop("get wagtailadmin_explore")  # leads to what the user may explore
    assert {url for url, said in opened.items() if said == "allowed"} == set()


def test_the_page_chooser_offers_what_is_public_and_what_is_ones_own(sport, other):
    own = make_article(
        "Eigener Entwurf", section=SectionPage.objects.get(title="Sport"), live=False
    )

    def offered(page):
        answer = sport.get(f"/admin/choose-page/{page.pk}/")
        return answer.content.decode() if answer.status_code == 200 else ""

    there, here = offered(other.get_parent()), offered(own.get_parent())

    assert [READ in there, DRAFT in there, PRIVATE in there] == [True, False, False]
    assert "Eigener Entwurf" in here
    draft = ArticlePage.objects.get(title__contains=DRAFT)
    assert outcome(sport.get(f"/admin/choose-page/{draft.pk}/")) == "refused"


def test_an_editor_of_all_sections_still_sees_everything(client, other):
    client.force_login(make_user(groups=("Editors",)))

    assert TEXT in client.get("/admin/reader-comments/").content.decode()
    assert READ in client.get("/admin/analytics/table/articles/").content.decode()
