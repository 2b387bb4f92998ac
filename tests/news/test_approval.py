from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format
from wagtail.models import PageLogEntry, Workflow, WorkflowState

from cms import settings as project
from cms.outbox.models import Mail
from news.approval import WITHOUT_APPROVAL
from news.models import ArticlePage, SecondPersonTask
from tests.factories import article_form, make_admin, make_article, make_section, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def workflow() -> Workflow:
    return SecondPersonTask.objects.get().workflows.get()


def draft(owner) -> ArticlePage:
    article = make_article("Neu", live=False, owner=owner)
    article.save_revision(user=owner)
    return article


def press(client: Client, user, article: ArticlePage, **pressed: str):
    """Send the editor's form as Wagtail does, with one button pressed."""
    client.force_login(user)
    return client.post(f"/admin/pages/{article.pk}/edit/", article_form(article) | pressed)


def is_live(article: ArticlePage) -> bool:
    return ArticlePage.objects.get(pk=article.pk).live


def test_the_site_begins_with_an_approval_by_a_second_person(workflow):
    assert [group.name for group in SecondPersonTask.objects.get().groups.all()] == ["Editors"]
    assert make_article().get_workflow() == workflow


def test_another_editor_approves_and_the_article_is_published(client, workflow):
    reporter, editor = make_user(groups=("Reporters",)), make_user(groups=("Editors",))
    article = draft(reporter)
    workflow.start(article, reporter)

    press(
        client,
        editor,
        article,
        **{"action-workflow-action": "true", "workflow-action-name": "approve"},
    )

    assert is_live(article)


def test_submitting_mails_those_who_may_approve(client, workflow, settings):
    settings.EMAIL_BACKEND = project.EMAIL_BACKEND
    reporter, editor = make_user(groups=("Reporters",)), make_user(groups=("Editors",))
    article = draft(reporter)

    press(client, reporter, article, **{"action-submit": "action-submit"})

    assert list(Mail.objects.values_list("to", flat=True)) == [editor.email]
    assert "Neu" in Mail.objects.get().subject


def test_an_approver_may_edit_before_approving(client, workflow):
    reporter, editor = make_user(groups=("Reporters",)), make_user(groups=("Editors",))
    article = draft(reporter)
    workflow.start(article, reporter)

    client.force_login(editor)
    fields = article_form(article) | {"standfirst": "Geglättet."}
    saved = client.post(
        f"/admin/pages/{article.pk}/edit/", fields, headers={"accept": "application/json"}
    )
    state = ArticlePage.objects.get(pk=article.pk).current_workflow_state
    approval = {"action-workflow-action": "true", "workflow-action-name": "approve"}
    press(client, editor, article, standfirst="Geglättet.", **approval)

    assert saved.json()["success"]
    assert state is not None
    assert state.status == WorkflowState.STATUS_IN_PROGRESS
    assert ArticlePage.objects.live().get().standfirst == "Geglättet."


def test_who_submitted_cannot_change_the_text_under_review(client, workflow):
    reporter = make_user(groups=("Reporters",))
    article = draft(reporter)
    workflow.start(article, reporter)
    client.force_login(reporter)

    answer = client.post(
        f"/admin/pages/{article.pk}/edit/",
        article_form(article) | {"standfirst": "Heimlich."},
        headers={"accept": "application/json"},
    )

    assert answer.json()["success"] is False
    assert article.get_latest_revision_as_object().standfirst == ""


def test_an_editor_alone_schedules_with_a_reason_and_the_answer_says_so(client, workflow):
    editor = make_user(groups=("Editors",))
    article = draft(editor)
    at = timezone.now() + timedelta(days=1)
    local = f"{timezone.localtime(at):%Y-%m-%d %H:%M}"

    answer = press(client, editor, article, go_live_at=local, **{"action-publish": "x"})
    done = client.post(
        answer.headers["Location"], {"reason": "Embargo bis morgen früh"}, follow=True
    )

    scheduled = ArticlePage.objects.get(pk=article.pk)
    assert (scheduled.live, scheduled.approved_schedule) == (False, True)
    moment = date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")
    said = [str(message).strip() for message in done.context["messages"]]
    assert said == [f"„Neu“ wird am {moment} veröffentlicht."]


def test_nobody_approves_what_they_submitted(client, workflow):
    editor = make_user(groups=("Editors",))
    article = draft(editor)
    workflow.start(article, editor)
    task = article.current_workflow_task

    press(
        client,
        editor,
        article,
        **{"action-workflow-action": "true", "workflow-action-name": "approve"},
    )

    assert {name for name, *_ in task.get_actions(article, editor)} == {"reject"}
    assert {name for name, *_ in task.get_actions(article, make_admin())} == {"reject", "approve"}
    assert not is_live(article)


def test_an_editor_alone_publishes_with_a_reason_that_is_kept(client, workflow):
    editor = make_user(groups=("Editors",))
    article = draft(editor)
    workflow.start(article, editor)

    answer = press(client, editor, article, **{"action-publish": "action-publish"})
    assert answer.headers["Location"] == f"/admin/pages/{article.pk}/publish-at-once/"
    assert not is_live(article)

    client.post(answer.headers["Location"], {"reason": " "})
    assert not is_live(article)

    client.post(answer.headers["Location"], {"reason": "Sturmflut in einer Stunde"})

    entry = PageLogEntry.objects.get(action=WITHOUT_APPROVAL)
    assert is_live(article)
    assert ArticlePage.objects.get(pk=article.pk).current_workflow_state is None
    assert (entry.user, entry.data, entry.comment) == (
        editor,
        {"comment": "Sturmflut in einer Stunde"},
        "Sturmflut in einer Stunde",
    )


def test_an_editor_who_publishes_a_new_article_at_once_is_asked_too(client, workflow):
    editor = make_user(groups=("Editors",))
    client.force_login(editor)
    fields = article_form(ArticlePage(title="Sturmflut", slug="sturmflut"))

    answer = client.post(
        f"/admin/pages/add/news/articlepage/{make_section().pk}/",
        fields | {"action-publish": "action-publish"},
    )

    article = ArticlePage.objects.get()
    assert answer.headers["Location"] == f"/admin/pages/{article.pk}/publish-at-once/"
    assert (article.live, article.owner) == (False, editor)

    client.post(answer.headers["Location"], {"reason": "Sturmflut in einer Stunde"})

    assert is_live(article)


def test_an_article_without_a_draft_is_published_as_it_is(client, workflow):
    client.force_login(make_user(groups=("Editors",)))
    article = make_article("Übernommen", live=False)

    client.post(f"/admin/pages/{article.pk}/publish-at-once/", {"reason": "Aus dem alten System"})

    assert is_live(article)


def test_a_copy_of_a_draft_stays_a_draft(client, workflow):
    editor = make_user(groups=("Editors",))
    client.force_login(editor)
    article = draft(editor)
    parent = article.get_parent()

    client.post(
        f"/admin/pages/{article.pk}/copy/",
        {
            "new_title": "Kopie",
            "new_slug": "kopie",
            "new_parent_page": parent.pk,
            "publish_copies": "on",
        },
    )

    assert list(ArticlePage.objects.values_list("title", "live").order_by("title")) == [
        ("Kopie", False),
        ("Neu", False),
    ]


def test_reporters_do_not_reach_the_form_and_articles_are_not_published_in_bulk(client):
    reporter, editor = make_user(groups=("Reporters",)), make_user(groups=("Editors",))
    article = draft(reporter)
    client.force_login(reporter)
    client.post(f"/admin/pages/{article.pk}/publish-at-once/", {"reason": "Ich will"})
    client.force_login(editor)
    client.post(f"/admin/bulk/wagtailcore/page/publish/?id={article.pk}&next=/admin/")

    assert not is_live(article)


def test_pages_without_workflow_and_superusers_need_no_reason(client, workflow):
    admin, editor = make_admin(), make_user(groups=("Editors",))
    first, second = draft(admin), draft(editor)

    press(client, admin, first, **{"action-publish": "action-publish"})
    workflow.deactivate()
    press(client, editor, second, **{"action-publish": "action-publish"})

    assert (is_live(first), is_live(second)) == (True, True)
    assert not PageLogEntry.objects.filter(action=WITHOUT_APPROVAL).exists()
