import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cms.outbox.models import Mail
from news.comments import tickets
from news.comments.models import CommentSettings, CommentState, ReaderComment
from news.consent import texts
from news.consent.models import ConsentEvent, ConsentText
from news.models import ArticlePage, CommentMode
from tests.factories import make_article, make_home, make_section
from tests.news.comments.conftest import MakeComment

pytestmark = pytest.mark.django_db
Data = dict[str, Any]


def send(client: Client, article: ArticlePage, data: Data, **headers: str) -> HttpResponse:
    return client.post(reverse("reader_comments:comment", args=[article.pk]), data, **headers)


def mail_link(name: str) -> str:
    found = re.search(rf"http://testserver(/_/comments/{name}/\S+)", Mail.objects.get().text)
    assert found
    return found[1]


def count() -> tuple[int, int, int]:
    return ReaderComment.objects.count(), ConsentEvent.objects.count(), Mail.objects.count()


def body(response: HttpResponse) -> str:
    return response.content.decode()


def test_comment_is_stored_with_its_consent(
    client: Client, article: ArticlePage, text: ConsentText, form_data: Data
) -> None:
    response = send(client, article, form_data | {"text": " Gut\u202e!\r\n\r\n\r\n\r\nSehr. "})

    assert response.status_code == 303
    assert response["Location"] == f"/_/comments/{article.pk}/thanks/"
    comment = ReaderComment.objects.get()
    assert (comment.state, comment.name, comment.email, comment.text, comment.language) == (
        "unconfirmed",
        "Jo Beispiel",
        "jo@example.org",
        "Gut!\n\nSehr.",
        "de",
    )
    event = ConsentEvent.objects.get()
    assert (event.kind, event.text, event.comment_id) == ("given", text, comment.pk)
    assert event.surface == f"article:{article.pk}@0 form:2"
    assert response.cookies == {}
    assert "no-store" in client.get(response["Location"])["Cache-Control"]


def test_form_needs_no_csrf_cookie(article: ArticlePage, form_data: Data) -> None:
    client = Client(enforce_csrf_checks=True)

    assert send(client, article, form_data).status_code == 303


def test_sent_twice_answers_success_and_stores_once(
    client: Client, article: ArticlePage, form_data: Data
) -> None:
    answers = [send(client, article, form_data) for _ in range(2)]

    assert [(answer.status_code, answer["Location"]) for answer in answers] == [
        (303, f"/_/comments/{article.pk}/thanks/")
    ] * 2
    assert count() == (1, 1, 1)


def test_readers_of_one_cached_page_share_its_ticket(
    client: Client, article: ArticlePage, form_data: Data
) -> None:
    send(client, article, form_data)
    send(client, article, form_data | {"email": "eva@example.org"})

    assert ReaderComment.objects.count() == 2


def test_known_and_unknown_address_get_the_same_answer(
    client: Client, article: ArticlePage, form_data: Data, make_comment: MakeComment
) -> None:
    make_comment("published", email="jo@example.org")
    known = send(client, article, form_data)
    unknown = send(client, article, form_data | {"email": "eva@example.org"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert ReaderComment.objects.filter(state="unconfirmed").count() == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"text": " \u200b\n"}, "#comment-field-text"),
        ({"text": "x" * 5001}, "#comment-field-text"),
        ({"text": "x" * 20_000}, "#comment-field-text"),
        ({"name": "\u202e…"}, "#comment-field-name"),
        ({"name": ""}, "#comment-field-name"),
        ({"email": "jo"}, "#comment-field-email"),
        ({"email": "jo@example.org\nBcc: eva@example.org"}, "#comment-field-email"),
        ({"consent": ""}, "#comment-field-consent"),
        ({"homepage": "http://spam.example"}, ""),
        ({"ticket": ""}, ""),
        ({"ticket": "forged"}, ""),
        ({"parent": "99999999999999999999"}, ""),
        ({"parent": "1 OR 1=1"}, ""),
    ],
)
def test_error_shows_the_form_with_what_was_typed(
    client: Client, article: ArticlePage, form_data: Data, change: Data, message: str
) -> None:
    response = send(client, article, form_data | {"text": "Mein <b>Text"} | change)

    assert response.status_code == 422
    assert count() == (0, 0, 0)
    page = body(response)
    assert "data-error-summary" in page
    assert message in page
    assert "no-store" in response["Cache-Control"]
    if "text" not in change:
        assert "Mein &lt;b&gt;Text</textarea>" in page
    if "email" not in change:
        assert 'value="jo@example.org"' in page


def test_too_fast_keeps_the_ticket(
    client: Client, article: ArticlePage, text: ConsentText, form_data: Data
) -> None:
    young = tickets.issue(
        article_id=article.pk, text_id=text.pk, language="de", now=datetime.now(UTC)
    )
    response = send(client, article, form_data | {"ticket": young})

    assert response.status_code == 422
    assert young in body(response)


def test_too_old_gets_a_new_ticket(
    client: Client, article: ArticlePage, text: ConsentText, form_data: Data
) -> None:
    old = tickets.issue(
        article_id=article.pk,
        text_id=text.pk,
        language="de",
        now=datetime.now(UTC) - timedelta(hours=25),
    )
    response = send(client, article, form_data | {"ticket": old})

    assert response.status_code == 422
    assert old not in body(response)


def test_new_text_while_the_form_is_open_is_shown_and_stores_nothing(
    client: Client, article: ArticlePage, text: ConsentText, form_data: Data
) -> None:
    names = [field.name for field in ConsentText._meta.fields if field.name != "id"]
    fields = {name: getattr(text, name) for name in names} | {"label": "Neuer Wortlaut"}
    texts.add_version(ConsentText(**fields))

    response = send(client, article, form_data)

    assert response.status_code == 422
    assert count() == (0, 0, 0)
    page = body(response)
    assert "Neuer Wortlaut" in page
    assert ">\nGuter Text.</textarea>" in page
    box = re.search(r'<input type="checkbox"[^>]*>', page)
    assert box and "checked" not in box[0]


def test_box_is_never_ticked_beforehand(
    client: Client, article: ArticlePage, text: ConsentText
) -> None:
    page = body(client.get(reverse("reader_comments:comment", args=[article.pk])))

    box = re.search(r'<input type="checkbox"[^>]*>', page)
    assert box and "checked" not in box[0]
    assert text.label in page
    assert 'href="/datenschutz/"' in page


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_SEC_FETCH_SITE": "same-site"},
        {"HTTP_ORIGIN": "https://evil.example"},
        {"HTTP_ORIGIN": "null"},
    ],
)
def test_form_of_another_site_is_refused(
    client: Client, article: ArticlePage, form_data: Data, headers: Data
) -> None:
    assert send(client, article, form_data, **headers).status_code == 403
    assert count() == (0, 0, 0)


@pytest.mark.parametrize(
    "headers", [{"HTTP_SEC_FETCH_SITE": "same-origin"}, {"HTTP_ORIGIN": "http://testserver"}]
)
def test_own_form_is_let_in(
    client: Client, article: ArticlePage, form_data: Data, headers: Data
) -> None:
    assert send(client, article, form_data, **headers).status_code == 303


@pytest.mark.parametrize("mode", [CommentMode.CLOSED, CommentMode.OFF])
def test_closed_article_takes_nothing(
    client: Client, article: ArticlePage, form_data: Data, mode: str
) -> None:
    ArticlePage.objects.filter(pk=article.pk).update(comment_mode=mode)

    assert send(client, article, form_data).status_code in {403, 404}
    assert count() == (0, 0, 0)


def test_draft_takes_nothing(client: Client, article: ArticlePage, form_data: Data) -> None:
    ArticlePage.objects.filter(pk=article.pk).update(live=False)

    assert send(client, article, form_data).status_code == 404


def test_state_and_owner_never_come_from_the_form(
    client: Client, article: ArticlePage, form_data: Data
) -> None:
    extra = {"state": "published", "published_at": "2026-01-01", "article": "1", "id": "1"}

    send(client, article, form_data | extra)

    assert ReaderComment.objects.get().state == CommentState.UNCONFIRMED


def test_answer_joins_the_thread(
    client: Client, article: ArticlePage, form_data: Data, make_comment: MakeComment
) -> None:
    root = make_comment(name="Eva")
    reply = make_comment(parent=root)
    page = body(client.get(f"/_/comments/{article.pk}/?parent={root.pk}"))
    assert "Eva" in page
    assert f'name="parent" value="{root.pk}"' in page

    send(client, article, form_data | {"parent": str(reply.pk)})

    assert ReaderComment.objects.get(state="unconfirmed").parent == root


def test_answer_to_what_is_not_public_is_refused(
    client: Client, article: ArticlePage, form_data: Data, make_comment: MakeComment
) -> None:
    pending = make_comment("pending", name="Geheim")
    other = make_article("Anderer")
    foreign = make_comment(article=other)

    for comment in (pending, foreign):
        response = send(client, article, form_data | {"parent": str(comment.pk)})
        assert response.status_code == 422
        assert "Geheim" not in body(response)


def test_too_many_comments_are_held_off_with_the_text_kept(
    client: Client, article: ArticlePage, form_data: Data, settings: Any
) -> None:
    settings.COMMENTS_PER_ADDRESS = 2
    answers = [send(client, article, form_data | {"text": f"Text {n}"}) for n in range(3)]

    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert "Text 2</textarea>" in body(answers[2])
    assert ReaderComment.objects.count() == 2


def test_fresh_ticket_lets_a_reader_in(
    client: Client, article: ArticlePage, text: ConsentText
) -> None:
    response = client.get(reverse("reader_comments:ticket", args=[article.pk]))

    shown = ConsentText.objects.filter(language="de").values_list("pk", flat=True)
    assert {int(pk) for pk in response.json()["texts"].split()} == set(shown)
    assert set(response.json()) == {"texts", "ticket"}
    later = datetime.now(UTC) + timedelta(seconds=10)
    ticket = tickets.read(response.json()["ticket"], article_id=article.pk, now=later)
    assert ticket.text_id == text.pk
    assert "no-store" in response["Cache-Control"]


def test_get_of_the_link_shows_and_post_confirms(
    client: Client, article: ArticlePage, form_data: Data
) -> None:
    send(client, article, form_data)
    url = mail_link("confirm")

    for method in (client.get, client.head):
        assert method(url).status_code == 200
        assert ReaderComment.objects.get().state == CommentState.UNCONFIRMED
    page = client.get(url)
    assert "data-confirm" in body(page)
    assert page["Referrer-Policy"] == "same-origin"
    assert "no-store" in page["Cache-Control"]

    for _ in range(2):
        assert client.post(url)["Location"] == url
    assert ReaderComment.objects.get().state == CommentState.PENDING
    assert "data-confirm" not in body(client.get(url))


def test_get_of_the_manage_link_shows_and_post_withdraws(
    client: Client, article: ArticlePage, text: ConsentText, form_data: Data
) -> None:
    send(client, article, form_data)
    url = mail_link("manage")
    client.get(url)
    client.head(url)
    page = body(client.get(url))
    assert ReaderComment.objects.get().text == "Guter Text."
    assert "Guter Text." in page
    assert text.label in page

    for _ in range(2):
        assert client.post(url).status_code == 303

    page = body(client.get(url))
    assert "data-withdrawn" in page
    assert "Guter Text." not in page
    assert ConsentEvent.objects.filter(kind="withdrawn").count() == 1
    assert client.post(mail_link("confirm")).status_code == 303
    assert ReaderComment.objects.get().state == CommentState.WITHDRAWN


def test_token_of_one_purpose_serves_no_other(
    client: Client, article: ArticlePage, form_data: Data
) -> None:
    send(client, article, form_data)
    confirm, manage = mail_link("confirm"), mail_link("manage")

    for url in (
        manage.replace("manage", "confirm"),
        confirm.replace("confirm", "manage"),
        confirm[:-2] + "/",
        "/_/comments/confirm/x/",
    ):
        assert client.post(url).status_code == 404
    assert ReaderComment.objects.get().state == CommentState.UNCONFIRMED


@pytest.mark.parametrize("name", ["confirm", "manage"])
def test_link_posted_from_another_site_does_nothing(
    client: Client, article: ArticlePage, form_data: Data, name: str
) -> None:
    send(client, article, form_data)

    response = client.post(mail_link(name), HTTP_SEC_FETCH_SITE="cross-site")

    assert response.status_code == 403
    assert ReaderComment.objects.get().state == CommentState.UNCONFIRMED


def test_tokens_are_not_in_the_comment_tables(
    client: Client, article: ArticlePage, form_data: Data
) -> None:
    send(client, article, form_data)
    comment = ReaderComment.objects.get()

    stored = " ".join(comment.links.values_list("digest", flat=True))
    for name in ("confirm", "manage"):
        assert mail_link(name).rstrip("/").rsplit("/", 1)[1] not in stored


def test_english_article_speaks_english(client: Client, text: ConsentText) -> None:
    section = make_section("Business", parent=make_home(language="en", title="Home"))
    article = make_article("Rents rise", section=section)

    assert client.get(f"/_/comments/{article.pk}/").status_code == 404
    page = body(client.get(f"/en/_/comments/{article.pk}/"))

    assert "Your e-mail address will not be published." in page
    assert "I consent to my comment" in page


def test_page_of_settings_overrides_the_privacy_link(
    client: Client, article: ArticlePage, text: ConsentText
) -> None:
    site = article.get_site()
    CommentSettings.objects.create(site=site, privacy_page=article.get_parent())

    page = body(client.get(f"/_/comments/{article.pk}/"))

    assert f'<a href="{article.get_parent().url}">Datenschutzerklärung</a>' in page


def test_writer_changes_the_text_through_the_manage_link(
    client: Client, article: ArticlePage, form_data: Data
) -> None:
    send(client, article, form_data)
    client.post(mail_link("confirm"))
    manage = mail_link("manage")
    edit = manage + "edit/"

    assert f'href="{edit}"' in body(client.get(manage))
    assert "Guter Text.</textarea>" in body(client.get(edit))
    empty = client.post(edit, {"text": "\u200b"})
    assert (empty.status_code, "comment-field-text" in body(empty)) == (422, True)

    extra = {"text": "Besser.", "state": "published", "name": "Chef"}
    assert client.post(edit, extra)["Location"] == manage
    comment = ReaderComment.objects.get()
    assert (comment.text, comment.state, comment.name) == ("Besser.", "pending", "Jo Beispiel")
    assert client.post(edit, {"text": "x"}, HTTP_ORIGIN="https://x.example").status_code == 403

    ReaderComment.objects.update(submitted_at=datetime.now(UTC) - timedelta(minutes=16))
    assert client.post(edit, {"text": "Zu spät."})["Location"] == manage
    assert "data-edit" not in body(client.get(manage))
    assert ReaderComment.objects.get().text == "Besser."
    assert client.get(edit.replace(manage, "/_/comments/manage/x/")).status_code == 404


def test_reader_reports_a_comment(
    client: Client, make_comment: MakeComment, settings: Any
) -> None:
    settings.COMMENTS_PER_NETWORK = 1
    comment = make_comment("published")
    url = reverse("reader_comments:report", args=[comment.pk])
    assert f'href="{url}"' in body(client.get(comment.article.url))
    assert client.get(url).status_code == 200

    assert client.post(url, {"reason": "x"}).status_code == 422
    data = {"reason": "insult", "text": " Schlimm\u202e. ", "comment": "1"}
    assert client.post(url, data, HTTP_ORIGIN="https://x.example").status_code == 403
    response = client.post(url, data)
    assert (response.status_code, "data-reported" in body(response)) == (200, True)
    assert response.cookies == {}
    assert client.post(url, data).status_code == 429
    assert list(comment.reports.values_list("reason", "text")) == [("insult", "Schlimm.")]
    pending = make_comment("pending")
    for pk in (pending.pk, 2**70):
        assert client.get(f"/_/comments/report/{pk}/").status_code == 404
