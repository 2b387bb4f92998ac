"""Every admin and API address that exists, by the URL resolver, as an editor of another section.

The role table (tests/test_roles.py) says who may; this says what is seen. Whatever a view of
Wagtail's shows, a draft, a private page or a comment of another section is not in it, and nothing
of that section is changed by posting to it.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import serializers
from django.urls import URLPattern, URLResolver, get_resolver
from wagtail.models import Page, Revision, TaskState, Workflow, WorkflowState

from news.comments.models import ReaderComment
from news.models import ArticleAuthor, ArticlePage, Author, Tag
from tests.factories import make_image
from tests.test_section_editors import DRAFT, PRIVATE, SECRETS, other, sport  # noqa: F401

pytestmark = pytest.mark.django_db
WALKED = ("admin/", "api/")
# They end the session, or the test.
LEFT_OUT = {"wagtailadmin_logout", "wagtailadmin_error_test"}
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")


# Words that forms here ask for.
FORM = {
    "title": "Gekapert",
    "slug": "gekapert",
    "action-publish": "1",
    "next": "/admin/",
    "comment": "x",
    "decision": "publish",
    "restriction_type": "none",
    "confirm": "1",
    "text": "x",
    "reason": "x",
}


def addresses(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield pattern and name of every address below `WALKED`."""
    for pattern in (resolver or get_resolver()).url_patterns:
        whole = prefix + str(pattern.pattern).removeprefix("^").removesuffix("$")
        if isinstance(pattern, URLResolver):
            if not whole or whole.startswith(WALKED) or WALKED[0].startswith(whole):
                yield from addresses(pattern, whole)
        elif isinstance(pattern, URLPattern) and whole.startswith(WALKED):
            yield whole, pattern.name or ""


@pytest.fixture
def things(other: Any, sport: Any, settings: Any, tmp_path: Any) -> list[dict[str, Any]]:  # noqa: F811
    """What may stand in an address, for the draft, the private and the public article there."""
    settings.MEDIA_ROOT = tmp_path
    image = make_image()
    draft = ArticlePage.objects.get(title__contains=DRAFT)
    draft.lead_image = image
    ArticleAuthor.objects.create(article=draft, author=Author.objects.get(), sort_order=0)
    draft.tags.add("Hafen")
    draft.save()
    Workflow.objects.first().start(draft, draft.owner)
    found = []
    for page in (other, ArticlePage.objects.get(title__contains=PRIVATE), draft):
        revision = page.save_revision()
        found.append(
            {
                **dict.fromkeys(("page_id", "page_pk", "pk", "page_to_move_id"), page.pk),
                **dict.fromkeys(("id", "object_id", "parent_page_id", "article_id"), page.pk),
                "destination_id": page.get_parent().pk,
                "revision_id": revision.pk,
                "revision_id_a": "earliest",
                "revision_id_b": "latest",
                "task_state_id": TaskState.objects.get().pk,
                "workflow_state_id": WorkflowState.objects.get().pk,
                "task_id": TaskState.objects.get().task_id,
                "comment_id": ReaderComment.objects.get().pk,
                "image_id": image.pk,
                "tag_id": Tag.objects.get().pk,
                "author_id": Author.objects.get().pk,
                **dict.fromkeys(("app_label", "content_type_app_name"), "news"),
                **dict.fromkeys(("model_name", "content_type_model_name"), "articlepage"),
                "action": "delete",
                "action_name": "approve",
                "filter_spec": "max-100x100",
                "table": "articles",
            }
        )
    return found


def filled(pattern: str, values: dict[str, Any]) -> str:
    """Return the address with values for its parameters; what has none is the first row."""
    return "/" + PARAMETER.sub(
        lambda found: str(values.get(found[1] or found[2], 1)), pattern
    ).replace("^", "").replace(".*", "x").replace("\\.", ".")


def said(answer: Any) -> str:
    parts = answer.streaming_content if answer.streaming else [answer.content]
    return b"".join(parts).decode(errors="replace")


def requests(
    pattern: str, things: list[dict[str, Any]], queries: tuple[str, ...]
) -> Iterator[str]:
    """Yield the addresses of a pattern; what names nothing is asked once, with every query."""
    if not PARAMETER.search(pattern):
        yield from (f"/{pattern}{query}" for query in ("", *queries))
        return
    yield from dict.fromkeys(filled(pattern, values) for values in things)


def test_no_address_that_exists_shows_anything_of_another_section(sport, things):  # noqa: F811
    sport.raise_request_exception = False
    ids = "&".join(f"id={values['pk']}" for values in things)
    queries = (
        f"?{ids}",
        *(f"?id={values['pk']}" for values in things),
        f"?q=Neu&fields=*&for_explorer=1&child_of={things[0]['destination_id']}",
        "?q=Intern&page_type=news.articlepage&order=-title",
    )
    leaks, opened = set(), 0
    for pattern, name in addresses():
        if name in LEFT_OUT:
            continue
        for address in requests(pattern, things, queries):
            answer = sport.get(address)
            if answer.status_code == 200:
                opened += 1
                text = said(answer)
                leaks |= {(address, word) for word in SECRETS if word in text}

    assert leaks == set()
    assert opened > 100


def state() -> str:
    """Everything of the other section, as text."""
    pages = Page.objects.filter(url_path__contains="/wirtschaft/")
    return serializers.serialize(
        "json",
        [
            *pages.order_by("pk"),
            *ArticlePage.objects.filter(pk__in=pages).order_by("pk"),
            *Revision.objects.filter(object_id__in=[str(page.pk) for page in pages]).order_by(
                "pk"
            ),
            *WorkflowState.objects.order_by("pk"),
            *ReaderComment.objects.order_by("pk"),
        ],
    )


def test_no_address_that_exists_changes_anything_of_another_section(sport, things):  # noqa: F811
    sport.raise_request_exception = False
    before, changed = state(), []
    for pattern, name in addresses():
        if name in LEFT_OUT:
            continue
        ids = "&".join(f"id={values['pk']}" for values in things)
        for address in requests(pattern, things, (f"?{ids}&next=/admin/",)):
            sport.post(address, FORM | {"id": things[0]["pk"]})
            if state() != before:
                changed.append(address)
                before = state()

    assert changed == []
