"""Remembered devices and mail about replies: asked for, confirmed, used, ended."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cms.outbox import delivery
from cms.outbox.models import Mail
from news.comments import devices, ledger, moderation, readers, replies
from news.comments.models import (
    CommentSettings,
    CommentState,
    ReaderComment,
    RememberedDevice,
    ReplyNotice,
    ReplySubscription,
)
from news.comments.moderation import By
from news.consent import texts
from news.consent.models import ConsentEvent, ConsentText
from news.models import ArticlePage
from tests.news.comments.conftest import NOW, MakeComment
from tests.news.comments.links_in_mails import links_of, newest_mail

pytestmark = pytest.mark.django_db
Data = dict[str, Any]


@pytest.fixture
def form_data(form_data: Data, with_optional_texts: Data) -> Data:
    return form_data | with_optional_texts


def send(client: Client, article: ArticlePage, data: Data) -> HttpResponse:
    return client.post(reverse("reader_comments:comment", args=[article.pk]), data)


def events(purpose: str) -> list[tuple[str, str]]:
    found = ConsentEvent.objects.filter(purpose=purpose).in_order()
    return list(found.values_list("kind", "method"))


def test_boxes_are_shown_with_their_texts_and_never_ticked(
    client: Client, article: ArticlePage, text: ConsentText
) -> None:
    page = client.get(reverse("reader_comments:comment", args=[article.pk])).content.decode()

    for box in ConsentText.objects.filter(language="de"):
        assert box.label in page
    assert page.count('type="checkbox"') == 3
    assert "checked" not in page


def test_boxes_left_empty_leave_nothing_behind(
    client: Client, article: ArticlePage, form_data: Data
) -> None:
    response = send(client, article, form_data)

    assert response.cookies == {}
    assert (RememberedDevice.objects.count(), ReplySubscription.objects.count()) == (0, 0)
    assert {event.purpose for event in ConsentEvent.objects.all()} == {"publish"}


def test_cookie_is_for_servers_only_and_lives_thirty_days(
    client: Client, article: ArticlePage, form_data: Data, settings: Any
) -> None:
    settings.SESSION_COOKIE_SECURE = True
    response = send(client, article, form_data | {"remember": "1"})

    [cookie] = response.cookies.values()
    assert (cookie.key, cookie["max-age"], cookie["httponly"], cookie["secure"]) == (
        devices.COOKIE,
        30 * 24 * 3600,
        True,
        True,
    )
    assert cookie["samesite"] == "Lax"
    device = RememberedDevice.objects.get()
    assert cookie.value not in device.digest
    assert device.confirmed_at is None


def test_remembered_device_alone_skips_the_mail(
    client: Client, article: ArticlePage, form_data: Data
) -> None:
    send(client, article, form_data | {"remember": "1"})
    again = form_data | {"text": "Noch einer, vor der Bestätigung."}
    send(client, article, again)
    assert set(ReaderComment.objects.values_list("state", flat=True)) == {"unconfirmed"}

    first = Mail.objects.order_by("pk")[0]
    Client().post(links_of(first)["confirm"])  # read on another device
    send(client, article, form_data | {"text": "Vom selben Gerät, danach."})
    send(Client(), article, form_data | {"text": "Von einem fremden Gerät."})
    send(client, article, form_data | {"text": "Fremde Adresse.", "email": "eva@example.org"})

    assert list(ReaderComment.objects.order_by("pk").values_list("state", flat=True)) == [
        "pending",
        "unconfirmed",
        "pending",
        "unconfirmed",
        "unconfirmed",
    ]
    third = ReaderComment.objects.order_by("pk")[2]
    assert [row.rule for row in third.decisions.all()] == ["remembered_device"]
    kinds = ConsentEvent.objects.for_comment(third.pk).in_order().values_list("kind", "method")
    assert list(kinds) == [("given", "form"), ("confirmed", "device")]


def test_asking_anew_on_a_remembered_device_supersedes_the_older_wish(
    client: Client, article: ArticlePage, form_data: Data
) -> None:
    send(client, article, form_data | {"remember": "1"})
    client.post(links_of(newest_mail())["confirm"])
    first = RememberedDevice.objects.get()

    send(client, article, form_data | {"remember": "1", "text": "Noch ein Kommentar von mir."})

    second = RememberedDevice.objects.get()
    assert (second.pk != first.pk, second.confirmed_at is not None) == (True, True)
    old, new = (
        ConsentEvent.objects.for_comment(device.comment_id).filter(purpose="remember_device")
        for device in (first, second)
    )
    assert list(old.in_order().values_list("kind", flat=True)) == [
        "given",
        "confirmed",
        "superseded",
    ]
    assert list(new.in_order().values_list("kind", flat=True)) == ["given", "confirmed"]
    send(client, article, form_data | {"text": "Ein dritter, vom selben Gerät."})
    assert ReaderComment.objects.order_by("-pk")[0].state == CommentState.PENDING


def test_device_ends_after_thirty_days(
    client: Client, article: ArticlePage, form_data: Data
) -> None:
    send(client, article, form_data | {"remember": "1"})
    client.post(links_of(newest_mail())["confirm"])
    RememberedDevice.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))

    send(client, article, form_data | {"text": "Zu spät für das Gerät."})

    assert ReaderComment.objects.order_by("-pk")[0].state == CommentState.UNCONFIRMED


def test_form_knows_the_remembered_reader_and_forgets_on_request(
    client: Client, article: ArticlePage, form_data: Data
) -> None:
    send(client, article, form_data | {"remember": "1"})
    client.post(links_of(newest_mail())["confirm"])
    page = reverse("reader_comments:comment", args=[article.pk])

    assert 'value="jo@example.org"' in client.get(page).content.decode()
    ticket = client.get(reverse("reader_comments:ticket", args=[article.pk]))
    assert (ticket.json()["name"], ticket.json()["email"]) == ("Jo Beispiel", "jo@example.org")
    assert "jo@example.org" not in Client().get(page).content.decode()

    forget = reverse("reader_comments:forget_device")
    assert client.get(forget).status_code == 405
    assert client.post(forget, HTTP_SEC_FETCH_SITE="cross-site").status_code == 403
    assert RememberedDevice.objects.count() == 1
    response = client.post(forget)

    assert response.cookies[devices.COOKIE].value == ""
    assert RememberedDevice.objects.count() == 0
    assert events("remember_device") == [
        ("given", "form"),
        ("confirmed", "mail_link"),
        ("withdrawn", "device"),
    ]
    assert "jo@example.org" not in client.get(page).content.decode()


def test_article_page_is_the_same_for_a_remembered_reader(
    client: Client, article: ArticlePage, form_data: Data
) -> None:
    send(client, article, form_data | {"remember": "1"})
    client.post(links_of(newest_mail())["confirm"])

    page = client.get(article.url)

    assert "jo@example.org" not in page.content.decode()
    assert page.cookies == {}


def test_wishes_can_be_refused_with_the_comment_confirmed(
    client: Client, article: ArticlePage, form_data: Data
) -> None:
    send(client, article, form_data | {"remember": "1", "replies": "1"})
    url = links_of(newest_mail())["confirm"]
    page = client.get(url).content.decode()
    assert "data-confirm-only" in page

    for _ in range(2):
        client.post(url, {"wishes": "refuse"})

    assert ReaderComment.objects.get().state == CommentState.PENDING
    assert (RememberedDevice.objects.count(), ReplySubscription.objects.count()) == (0, 0)
    for purpose in ("remember_device", "reply_mail"):
        assert events(purpose) == [("given", "form"), ("refused", "mail_link")]
    assert events("publish") == [("given", "form"), ("confirmed", "mail_link")]
    client.post(url)  # too late to change one's mind
    assert events("reply_mail")[-1] == ("refused", "mail_link")


def test_new_text_of_a_ticked_box_is_shown_and_stores_nothing(
    client: Client, article: ArticlePage, form_data: Data
) -> None:
    old = ConsentText.objects.get(purpose="reply_mail", language="de")
    names = [field.name for field in ConsentText._meta.fields if field.name != "id"]
    fields = {name: getattr(old, name) for name in names} | {"label": "Neuer Wortlaut"}
    texts.add_version(ConsentText(**fields))

    answer = send(client, article, form_data | {"replies": "1"})
    page = answer.content.decode()
    assert (answer.status_code, ReaderComment.objects.count()) == (422, 0)
    assert "Neuer Wortlaut" in page and "checked" not in page
    # Whoever did not tick it is not asked again.
    assert send(client, article, form_data).status_code == 303


@pytest.fixture
def subscribed(client: Client, article: ArticlePage, form_data: Data) -> ReaderComment:
    """A published comment whose writer confirmed the wish for mail about replies."""
    send(client, article, form_data | {"replies": "1"})
    client.post(links_of(newest_mail())["confirm"])
    comment = ReaderComment.objects.get()
    moderation.approve(comment, By(rule="test"), now=NOW)
    return comment


def deliver() -> None:
    while delivery.deliver_due(datetime.now(UTC) + timedelta(minutes=1)):
        pass


def test_reply_is_told_once_it_can_be_read_and_only_once(
    subscribed: ReaderComment, make_comment: MakeComment
) -> None:
    reply = make_comment("pending", parent=subscribed, name="<b>Eva</b>", text="Meine Antwort")
    deliver()
    before = Mail.objects.count()
    moderation.approve(reply, By(rule="test"), now=NOW)
    deliver()
    moderation.hide(reply, By(rule="test"), now=NOW)
    moderation.approve(reply, By(rule="test"), now=NOW)
    deliver()

    assert Mail.objects.count() == before + 1
    mail = newest_mail()
    assert mail.to == "jo@example.org"
    assert "Meine Antwort" not in mail.text and "Eva" not in mail.text + mail.subject
    end = links_of(mail)["replies"]
    assert mail.headers["List-Unsubscribe"] == f"<http://testserver{end}>"
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"/_/comments/show/{reply.pk}/" in mail.text


def test_nothing_is_told_before_the_wish_is_confirmed(
    client: Client, article: ArticlePage, form_data: Data, make_comment: MakeComment
) -> None:
    CommentSettings.objects.create(site=article.get_site(), confirms_by_email=False)
    send(client, article, form_data | {"replies": "1"})
    comment = ReaderComment.objects.get()
    moderation.approve(comment, By(rule="test"), now=NOW)
    make_comment(parent=comment)
    deliver()
    assert ReplyNotice.objects.count() == 0

    asked = Mail.objects.filter(to="jo@example.org").order_by("pk")[0]
    client.post(links_of(asked)["confirm"])
    make_comment(parent=comment)
    deliver()
    assert ReplyNotice.objects.count() == 1


def test_own_reply_and_hidden_reply_tell_nobody(
    subscribed: ReaderComment, make_comment: MakeComment
) -> None:
    make_comment(parent=subscribed, email="jo@example.org")
    hidden = make_comment(parent=subscribed)
    moderation.hide(hidden, By(rule="test"), now=NOW)
    deliver()

    assert ReplyNotice.objects.count() == 0


def test_writer_of_the_answered_reply_is_told_too(
    subscribed: ReaderComment, make_comment: MakeComment
) -> None:
    middle = make_comment(parent=subscribed)
    wish = replies.subscribe(middle, now=NOW)
    ReplySubscription.objects.filter(pk=wish.pk).update(confirmed_at=NOW)
    reply = make_comment(parent=subscribed, answers=middle)
    deliver()

    told = ReplyNotice.objects.filter(reply=reply).values_list("subscription__comment", flat=True)
    assert set(told) == {subscribed.pk, middle.pk}


def test_one_click_of_a_mail_program_ends_the_mails(
    subscribed: ReaderComment, make_comment: MakeComment
) -> None:
    make_comment(parent=subscribed)
    deliver()
    url = links_of(newest_mail())["replies"]
    program = Client(enforce_csrf_checks=True)

    for method in (program.get, program.head):  # scanners look at every link
        assert method(url).status_code == 200
    assert ReplySubscription.objects.count() == 1
    for _ in range(2):
        answer = program.post(url, {"List-Unsubscribe": "One-Click"}, HTTP_ORIGIN="https://x.test")
        assert (answer.status_code, answer.content) == (204, b"")

    assert ReplySubscription.objects.count() == 0
    assert events("reply_mail")[-1] == ("withdrawn", "one_click")
    make_comment(parent=subscribed)
    deliver()
    assert ReplyNotice.objects.count() == 0
    assert [row.what for row in ledger.read()] == ["replies"]


def test_person_ends_the_mails_by_a_button(
    client: Client, subscribed: ReaderComment, make_comment: MakeComment
) -> None:
    make_comment(parent=subscribed)
    deliver()
    url = links_of(newest_mail())["replies"]
    assert "data-end-replies" in client.get(url).content.decode()

    assert client.post(url)["Location"] == url

    assert "data-ended" in client.get(url).content.decode()
    assert events("reply_mail")[-1] == ("withdrawn", "mail_link")
    assert client.post(url[:-3] + "/").status_code == 404


def test_withdrawn_comment_gets_no_mail_about_replies(
    client: Client, subscribed: ReaderComment, make_comment: MakeComment
) -> None:
    make_comment(parent=subscribed)
    readers.withdraw(subscribed, now=datetime.now(UTC))
    deliver()

    assert Mail.objects.filter(subject__contains="geantwortet").count() == 0
    assert events("reply_mail")[-1][0] == "withdrawn"


def test_manage_page_ends_the_mails_and_keeps_the_comment(
    client: Client, subscribed: ReaderComment
) -> None:
    url = links_of(Mail.objects.order_by("pk")[0])["manage"]
    client.post(url, {"act": "replies"})

    assert ReaderComment.objects.get().state == CommentState.PUBLISHED
    assert ReplySubscription.objects.count() == 0
    assert events("reply_mail")[-1] == ("withdrawn", "mail_link")
