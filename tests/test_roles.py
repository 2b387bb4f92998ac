"""Every role against every admin address: who may, and who is turned away.

To grow the table, add a line; the last test names addresses of ours that no line covers.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from typing import Any, NamedTuple

import pytest
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.urls import URLResolver, reverse
from django.utils import timezone
from wagtail.admin import urls as admin_urls

from analytics.models import PageDay, RankingRule
from cms.outbox.models import Mail
from news.comments.models import (
    CannedText,
    CommentSettings,
    Complaint,
    LegalNotice,
    ReaderComment,
)
from news.comments.readers import Submission, confirm, submit
from news.consent import defaults
from news.consent.models import ConsentEvent, ConsentText
from news.models import ArticlePage, Author, NewsImage, SectionPage, Tag
from news.wordpress.models import ImportRun
from tests.factories import make_admin, make_article, make_author, make_image, make_user

pytestmark = pytest.mark.django_db

ROLES = {
    "R": "Reporters",
    "E": "Editors",
    "M": "Comment moderators",
    "A": "Analysts",
    "S": "superuser",
}
EVERYONE, NOBODY = "REMAS", ""


OUR_APPS = (
    "news",
    "home",
    "analytics",
    "reader_comments",
    "consent",
    "outbox",
    "operation",
    "cms",
)
# Wagtail's own namespace without its prefix; no snippet of ours is translated.
NOT_OURS = {"simple_translation:submit_snippet_translation"}


class Case(NamedTuple):
    """An address and the roles that may use it, by initial; everybody else is refused."""

    url_name: str
    allowed: str
    args: tuple[Any, ...] = ()
    query: str = ""
    method: str = "get"


class First(NamedTuple):
    """Stands in the table for the key of the first row of a model."""

    model: type


PERSON = First(get_user_model())
ARTICLE, SECTION, IMAGE = First(ArticlePage), First(SectionPage), First(NewsImage)
RULE = First(RankingRule)
AUTHOR, TAG, MAIL = First(Author), First(Tag), First(Mail)
RUN = First(ImportRun)
NOTICE, COMPLAINT, CANNED = First(LegalNotice), First(Complaint), First(CannedText)
COMMENT, TEXT, EVENT = First(ReaderComment), First(ConsentText), First(ConsentEvent)


def snippet(model: str, row: First) -> Iterator[Case]:
    """The addresses of a snippet that editors keep and everyone may choose from."""
    name = f"wagtailsnippets_news_{model}"
    for view in ("list", "list_results", "add"):
        yield Case(f"{name}:{view}", "ES")
    for view in ("edit", "delete", "usage", "history", "history_results", "copy"):
        yield Case(f"{name}:{view}", "ES", (row,))
    chooser = f"wagtailsnippetchoosers_news_{model}"
    for view in ("choose", "choose_results", "chosen_multiple"):
        yield Case(f"{chooser}:{view}", EVERYONE)
    yield Case(f"{chooser}:chosen", EVERYONE, (row,))
    yield Case(f"{chooser}:create", "ES")


CASES = [
    # Wagtail's own
    Case("wagtailadmin_home", EVERYONE),
    Case("wagtailadmin_account", EVERYONE),
    Case("wagtailadmin_explore_root", "RES"),
    Case("wagtailadmin_explore", "RES", (SECTION,)),
    Case("wagtailadmin_pages:add", "RES", ("news", "articlepage", SECTION)),
    Case("wagtailadmin_pages:edit", "ES", (ARTICLE,)),
    Case("wagtailadmin_pages:delete", "ES", (ARTICLE,)),
    Case("wagtailadmin_pages:unpublish", "ES", (ARTICLE,)),
    Case("wagtailadmin_pages:move", "ES", (ARTICLE,)),
    Case("wagtailadmin_pages:history", "ES", (ARTICLE,)),
    Case("publish_without_approval", "ES", (ARTICLE,)),
    Case("expired_pictures", "RES"),
    Case("expired_pictures_results", "RES"),
    Case("merge_tag", "ES", (TAG,)),
    Case("articles:index", "RES"),
    Case("articles:index_results", "RES"),
    Case("articles:choose_parent", EVERYONE),  # where nobody else finds a parent
    Case("wagtailimages:index", "RES"),
    Case("wagtailimages:add", "RES"),
    Case("wagtailimages:add_multiple", "RES"),
    Case("wagtailimages:edit", "ES", (IMAGE,)),
    Case("wagtailimages:delete", "ES", (IMAGE,)),
    Case("wagtaildocs:index", "RES"),
    Case("wagtaildocs:add_multiple", "RES"),
    Case("wagtailredirects:index", "ES"),
    Case("wagtailredirects:add", "ES"),
    Case("wagtailsettings:edit", "ES", ("home", "masthead", 1)),
    Case("wagtailadmin_reports:site_history", EVERYONE),
    Case("wagtailadmin_workflows:index", "S"),
    Case("wagtailadmin_collections:index", "S"),
    Case("wagtailusers_users:index", "S"),
    Case("wagtailusers_users:add", "S"),
    Case("wagtailusers_groups:index", "S"),
    Case("wagtailsites:index", "S"),
    Case("wagtaillocales:index", "S"),
    Case("simple_translation:submit_page_translation", "ES", (ARTICLE,)),
    # ours
    *snippet("author", AUTHOR),
    *snippet("tag", TAG),
    Case("readership_report", "EAS"),
    Case("readership_report", "AS", query="?export=csv"),
    Case("readership_report", "AS", query="?export=xlsx"),
    Case("readership_report_results", "EAS"),
    Case("readership_report_results", "AS", query="?export=csv"),
    *(Case(f"ranking_rules:{view}", "ES") for view in ("index", "index_results", "add")),
    *(
        Case(f"ranking_rules:{view}", "ES", (RULE,))
        for view in ("edit", "delete", "usage", "history", "history_results")
    ),
    Case("analytics_overview", "EAS"),
    Case("analytics_overview", "AS", query="?export=csv"),
    Case("analytics_table", "EAS", ("articles",)),
    Case("analytics_table", "AS", ("articles",), query="?export=xlsx"),
    Case("analytics_section", "EAS", (SECTION,)),
    Case("analytics_section", "AS", (SECTION,), query="?export=csv"),
    Case("analytics_author", "EAS", (AUTHOR,)),
    Case("analytics_author", "AS", (AUTHOR,), query="?export=csv"),
    Case("analytics_now", "EAS"),
    Case("analytics_options", "EAS", ("tag",)),
    Case("report_tokens", "AS"),
    Case("analytics_newsroom", "EAS"),
    Case("analytics_newsroom", "AS", query="?export=xlsx"),
    Case("analytics_article", "EAS", (ARTICLE,)),
    Case("analytics_article", "AS", (ARTICLE,), query="?export=csv"),
    Case("second_factor_ask", EVERYONE),  # leads to the page where one is set up
    Case("second_factor_set_up", EVERYONE),
    Case("second_factor_manage", NOBODY),  # nobody here has one
    Case("second_factor_of", "S", (PERSON,)),
    Case("second_factor_of", "S", (PERSON,), method="post"),
    Case("operation_state", "EAS"),
    Case("counting_check", "AS"),
    Case("analytics_quality", "AS"),
    Case("analytics_quality", "AS", query="?export=csv"),
    Case("mail_outbox:index", "S"),
    Case("mail_outbox:index_results", "S"),
    Case("mail_outbox:inspect", "S", (MAIL,)),
    Case("mail_outbox:again", "S", (MAIL,), method="post"),
    Case("mail_outbox:add", NOBODY),
    Case("mail_outbox:edit", NOBODY, (MAIL,)),
    Case("mail_outbox:delete", NOBODY, (MAIL,)),
    Case("mail_outbox:usage", NOBODY, (MAIL,)),
    Case("mail_outbox:history", NOBODY, (MAIL,)),
    Case("mail_outbox:history_results", NOBODY, (MAIL,)),
    Case("reader_comments_admin:list", "EMS"),
    Case("reader_comments_admin:list_results", "EMS"),
    Case("reader_comments_admin:inspect", "EMS", (COMMENT,)),
    Case("reader_comments_admin:decide", "EMS", (COMMENT,), method="post"),
    Case("reader_comments_admin:close", "EMS", (ARTICLE,), method="post"),
    *(
        Case(f"reader_comments_admin:{act}", "EMS", (COMMENT,), method="post")
        for act in ("cut", "note", "hold", "end_hold", "standing")
    ),
    Case("reader_comments_admin:presence", "EMS", method="post"),
    Case("reader_comments_admin:list", "EMS", query="?export=csv"),
    *(
        case
        for name, row in (("legal_notices", NOTICE), ("complaints", COMPLAINT))
        for case in (
            Case(f"{name}:index", "EMS"),
            Case(f"{name}:index_results", "EMS"),
            Case(f"{name}:inspect", "EMS", (row,)),
            Case(f"{name}:decide", "EMS", (row,), method="post"),
            Case(f"{name}:add", NOBODY),
            *(
                Case(f"{name}:{view}", NOBODY, (row,))
                for view in ("edit", "delete", "usage", "history", "history_results")
            ),
        )
    ),
    *(Case(f"canned_texts:{view}", "EMS") for view in ("index", "index_results", "add")),
    *(
        Case(f"canned_texts:{view}", "EMS", (CANNED,))
        for view in ("edit", "delete", "usage", "history", "history_results")
    ),
    Case("reader_comments_admin:undo", "EMS", ("00000000-0000-4000-8000-000000000000",)),
    Case("reader_comments_admin:words", "EMS"),
    Case("reader_comments_admin:retention", "EMS"),
    Case("reader_comments_admin:add", NOBODY),
    Case("reader_comments_admin:edit", NOBODY, (COMMENT,)),
    Case("reader_comments_admin:delete", NOBODY, (COMMENT,)),
    Case("reader_comments_admin:usage", NOBODY, (COMMENT,)),
    Case("reader_comments_admin:history", NOBODY, (COMMENT,)),
    Case("reader_comments_admin:history_results", NOBODY, (COMMENT,)),
    Case("wordpress_runs", "S"),
    Case("wordpress_run", "S", (RUN,)),
    Case("wordpress_report", "S", (RUN,)),
    Case("look_up_person", "S"),
    Case("consent_texts:index", "S"),
    Case("consent_texts:index_results", "S"),
    Case("consent_texts:add", "S"),
    Case("consent_texts:inspect", "S", (TEXT,)),
    Case("consent_texts:edit", NOBODY, (TEXT,)),
    Case("consent_texts:delete", NOBODY, (TEXT,)),
    Case("consent_texts:usage", NOBODY, (TEXT,)),
    Case("consent_texts:history", "S", (TEXT,)),
    Case("consent_texts:history_results", "S", (TEXT,)),
    Case("consent_events:index", "S"),
    Case("consent_events:index_results", "S"),
    Case("consent_events:inspect", "S", (EVENT,)),
    Case("consent_events:add", NOBODY),
    Case("consent_events:edit", NOBODY, (EVENT,)),
    Case("consent_events:delete", NOBODY, (EVENT,)),
    Case("consent_events:usage", NOBODY, (EVENT,)),
    Case("consent_events:history", NOBODY, (EVENT,)),
    Case("consent_events:history_results", NOBODY, (EVENT,)),
]


@pytest.fixture
def world(db: None, settings: Any, tmp_path: Any) -> None:
    """One of everything that an address may name."""
    settings.VAR_DIR = tmp_path
    make_user("kollegin")
    article = make_article(authors=(make_author(),), tags=("Hafen",))
    make_image()
    RankingRule.objects.create(page=article, until=datetime.now(UTC), reason="x")
    ImportRun.objects.create(file_name="export.xml", started_at=datetime.now(UTC))
    Mail.objects.create(to="jo@example.org", subject="x", text="x")
    defaults.create_missing(ConsentText)
    comment = submit(
        Submission(
            article=article,
            parent=None,
            name="Jo Beispiel",
            email="jo@example.org",
            text="Guter Text.",
            consent_text=ConsentText.objects.get(purpose="publish", language="de", version=1),
            ticket_digest="0" * 64,
            surface="article:1 form:1",
        ),
        settings=CommentSettings(),
        now=datetime.now(UTC),
    )
    confirm(comment, settings=CommentSettings(), now=datetime.now(UTC))
    notice = LegalNotice.objects.create(
        reference="2026-ABCDEFGH", comment=comment, url="https://x.example/", at=datetime.now(UTC)
    )
    Complaint.objects.create(notice=notice, text="x", at=datetime.now(UTC))
    CannedText.objects.create(reason="insult", language="de", text="x")


def address(case: Case) -> str:
    args = [
        arg.model._default_manager.values_list("pk", flat=True).first()
        if isinstance(arg, First)
        else arg
        for arg in case.args
    ]
    return reverse(case.url_name, args=args) + case.query


def outcome(response: HttpResponse) -> str:
    """Say in one word what the admin did."""
    if response.streaming:
        response.getvalue()  # a workbook is an open file until somebody has taken it along
    if response.status_code == 302:
        target = response.headers["Location"]
        if target.startswith("/admin/login/"):
            return "login"
        return "refused" if target == "/admin/" else "allowed"
    # An empty form that comes back with its errors was let in as well.
    words = {200: "allowed", 422: "allowed", 403: "refused"}
    return words.get(response.status_code, str(response.status_code))


@pytest.mark.parametrize("role", ROLES)
def test_role_reaches_its_addresses_and_no_others(client, world, role):
    user = make_admin() if role == "S" else make_user(groups=(ROLES[role],))
    client.force_login(user)

    got, expected = {}, {}
    for case in CASES:
        line = f"{case.method} {case.url_name}{case.query}"
        got[line] = outcome(getattr(client, case.method)(address(case)))
        expected[line] = "allowed" if role in case.allowed else "refused"

    assert got == expected


def test_strangers_are_asked_to_log_in(client, world):
    addresses = [address(case) for case in CASES]
    make_user("somebody")

    answers = {url: outcome(client.get(url)) for url in addresses}

    assert answers == dict.fromkeys(addresses, "login")


def test_a_user_without_a_group_sees_nothing_of_the_admin(client, world):
    client.force_login(make_user("somebody"))

    answers = {outcome(client.get(address(case))) for case in CASES}

    assert answers == {"login"}
    assert get_user_model().objects.filter(username="somebody").exists()


def test_a_reporter_edits_and_submits_own_articles_but_does_not_publish(client, world):
    reporter = make_user(groups=("Reporters",))
    own = make_article(live=False, owner=reporter)

    rights = own.permissions_for_user(reporter)

    assert (rights.can_edit(), rights.can_submit_for_moderation(), rights.can_publish()) == (
        True,
        True,
        False,
    )


# Figures within pages of Wagtail's own: where they stand, what gives them away, who sees them.
PIECES = {
    "menu": ("wagtailadmin_home", (), '"/admin/analytics/"', "EAS"),
    "quality in the menu": ("wagtailadmin_home", (), "/admin/analytics/quality/", "AS"),
    "panel of the dashboard": ("wagtailadmin_home", (), 'id="most-read-now-section"', "EAS"),
    "column of the explorer": ("wagtailadmin_explore", (SECTION,), "ordering=week_visits", "ES"),
    "panel of the editor": ("wagtailadmin_pages:edit", (ARTICLE,), 'panel="readership"', "ES"),
    "keys in the account": ("wagtailadmin_account", (), "/admin/account/api-tokens/", "AS"),
    "export of the overview": ("analytics_overview", (), "export=csv", "AS"),
    "export of an article": ("analytics_article", (ARTICLE,), "export=csv", "AS"),
}


@pytest.mark.parametrize("role", ROLES)
def test_role_sees_its_figures_within_pages_and_no_others(client, world, role, clean_redis):
    PageDay.objects.create(
        page_id=ArticlePage.objects.get().pk, day=timezone.localdate(), views=3, visits=2
    )
    client.force_login(make_admin() if role == "S" else make_user(groups=(ROLES[role],)))

    seen = {}
    for piece, (url_name, args, mark, _) in PIECES.items():
        answer = client.get(address(Case(url_name, "", args)))
        seen[piece] = answer.status_code == 200 and mark in unescape(answer.content.decode())

    assert seen == {piece: role in allowed for piece, (*_, allowed) in PIECES.items()}


def our_url_names(patterns: Any = None, namespace: str = "") -> Iterator[str]:
    """Yield the names of admin addresses that show our models or come from our modules."""
    for pattern in patterns or admin_urls.urlpatterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from our_url_names(pattern.url_patterns, inner)
            continue
        view = getattr(pattern.callback, "view_class", pattern.callback)
        is_ours = not view.__module__.startswith(("wagtail.", "django."))
        is_ours |= bool(namespace) and (
            not namespace.startswith("wagtail") or any(f"_{app}_" in namespace for app in OUR_APPS)
        )
        if is_ours and pattern.name:
            yield namespace + pattern.name


def test_the_table_covers_every_address_of_ours():
    covered = {case.url_name for case in CASES}

    assert sorted(set(our_url_names()) - covered - NOT_OURS) == []
