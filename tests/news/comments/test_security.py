"""One test for each way in which comment systems are known to fail."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cms.outbox.models import Mail, OutboxEntry
from news.comments import access, links
from news.comments.models import CommentState, LinkPurpose, ReaderComment, ReaderLink
from news.consent.models import ConsentEvent
from news.models import ArticlePage
from tests.news.comments.conftest import MakeComment

pytestmark = pytest.mark.django_db
Data = dict[str, Any]


def send(client: Client, article: ArticlePage, data: Data) -> Any:
    return client.post(reverse("reader_comments:comment", args=[article.pk]), data)


def links_of(mail: Mail) -> dict[str, str]:
    return {
        name: url
        for url, name in re.findall(r"http://testserver(/_/comments/(\w+)/\S+)", mail.text)
    }


def test_idor_one_readers_token_opens_nothing_of_another(
    client: Client, article: ArticlePage, form_data: Data
) -> None:
    send(client, article, form_data)
    send(client, article, form_data | {"email": "eva@example.org", "text": "Evas Text."})
    mine, evas = (links_of(mail) for mail in Mail.objects.order_by("pk"))

    assert "Evas Text." not in client.get(mine["manage"]).content.decode()
    client.post(mine["confirm"] + "?comment=2", {"comment": "2", "id": "2"})
    client.post(mine["manage"], {"comment": "2", "id": "2"})

    assert list(ReaderComment.objects.order_by("pk").values_list("state", "text")) == [
        ("withdrawn", ""),
        ("unconfirmed", "Evas Text."),
    ]
    # The digest that is stored is no key, nor is a number.
    stored = ReaderLink.objects.filter(comment__email="eva@example.org")
    for token in [*stored.values_list("digest", flat=True), "1", "%2e%2e", "\x00", "a" * 5000]:
        for name in ("confirm", "manage", "edit"):
            url = reverse(f"reader_comments:{name}", args=[token])
            assert client.post(url).status_code == 404
    assert evas["manage"] not in client.get(mine["manage"]).content.decode()


def test_idor_a_link_does_only_what_it_was_sent_for(
    client: Client, make_comment: MakeComment
) -> None:
    comment = make_comment("unconfirmed")
    names = {
        LinkPurpose.CONFIRM: ["confirm"],
        LinkPurpose.MANAGE: ["manage", "edit"],
        LinkPurpose.REPLIES: ["replies"],
    }
    every = ["confirm", "manage", "edit", "replies", "mine"]

    for purpose, own in names.items():
        token = links.create(comment, purpose, now=datetime.now(UTC)).split("/")[-2]
        urls = {name: reverse(f"reader_comments:{name}", args=[token]) for name in every}
        opened = [name for name, url in urls.items() if client.get(url).status_code != 404]
        assert opened == own
        for name in set(every) - set(own):
            assert client.post(urls[name], {"act": "erase"}).status_code == 404
    comment.refresh_from_db()
    assert comment.state == CommentState.UNCONFIRMED


@pytest.mark.parametrize("injected", ["\nBcc: x@example.org", "\r\nBcc: x@example.org", "%0aBcc:"])
def test_header_injection_reaches_no_mail(
    client: Client, article: ArticlePage, form_data: Data, injected: str
) -> None:
    ArticlePage.objects.filter(pk=article.pk).update(title=f"Titel{injected}")
    answer = send(client, article, form_data | {"email": f"jo@example.org{injected}"})
    assert answer.status_code == 422
    send(client, article, form_data | {"name": f"Jo{injected}"})

    for mail in Mail.objects.all():
        header = f"{mail.to}{mail.subject}{mail.headers}"
        assert "\n" not in header and "\r" not in header and "Bcc" not in header


def test_enumeration_known_and_unknown_addresses_look_alike(
    client: Client,
    article: ArticlePage,
    form_data: Data,
    make_comment: MakeComment,
) -> None:
    make_comment("published", email="known@example.org")
    counts, answers = [], []
    send(client, article, form_data)
    for address in ("known@example.org", "unknown@example.org"):
        with CaptureQueriesContext(connection) as queries:
            answer = send(client, article, form_data | {"email": address})
        counts.append(len(queries))
        answers.append((answer.status_code, answer["Location"], answer.content))

    # The same work takes the same time.
    assert counts[0] == counts[1]
    assert answers[0] == answers[1]


def test_mass_assignment_changes_only_what_the_form_asks(
    client: Client, article: ArticlePage, form_data: Data
) -> None:
    fields = [field.name for field in ReaderComment._meta.fields]
    asked = {"name", "email", "text", "parent"}
    extra = {name: "1" for name in fields if name not in asked}
    extra |= {"state": "published", "role": "staff", "confirmed_at": "2026-01-01"}

    assert send(client, article, form_data | extra).status_code == 303

    comment = ReaderComment.objects.get()
    assert (comment.state, comment.role, comment.is_picked, comment.edits) == (
        "unconfirmed",
        "",
        False,
        0,
    )
    assert (comment.confirmed_at, comment.published_at, comment.article_id) == (
        None,
        None,
        article.pk,
    )


def test_mail_scanner_that_opens_every_link_decides_nothing(
    client: Client, article: ArticlePage, form_data: Data
) -> None:
    send(client, article, form_data)
    before = ReaderComment.objects.values().get()

    for url in links_of(Mail.objects.get()).values():
        for method in (client.get, client.head, client.options, client.put, client.delete):
            method(url)

    assert ReaderComment.objects.values().get() == before
    assert list(ConsentEvent.objects.values_list("kind", flat=True)) == ["given"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Jo\u202eretsneped", "Joretsneped"),
        ("J\u200bo\ufeff Bei\u00adspiel", "Jo Beispiel"),
        ("Jo\u2066\u2069\u061c", "Jo"),
        ("Z" + "\u0336" * 50, "Z" + "\u0336" * 3),
        ("Jo\u2028Beispiel\u2029", "Jo Beispiel"),
        ("\U000e0041Jo\U000e0042", "Jo"),
    ],
)
def test_unicode_tricks_are_taken_out(
    client: Client, article: ArticlePage, form_data: Data, name: str, shown: str
) -> None:
    assert send(client, article, form_data | {"name": name, "text": name}).status_code == 303

    comment = ReaderComment.objects.get()
    assert (comment.name, comment.text.replace("\n", " ").strip()) in {
        (shown, shown),
        (shown, shown.replace(" ", "")),
    }


def test_replay_of_a_form_and_of_a_confirmation_changes_nothing(
    client: Client, article: ArticlePage, form_data: Data
) -> None:
    for _ in range(3):
        assert send(client, article, form_data).status_code == 303
    links = links_of(Mail.objects.get())
    client.post(links["confirm"])
    client.post(links["manage"])
    for _ in range(2):
        client.post(links["confirm"])
        send(client, article, form_data)

    assert ReaderComment.objects.get().state == CommentState.WITHDRAWN
    assert list(ConsentEvent.objects.in_order().values_list("kind", flat=True)) == [
        "given",
        "confirmed",
        "withdrawn",
    ]


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_SEC_FETCH_SITE": "none"},
        {"HTTP_ORIGIN": "https://evil.example"},
        {"HTTP_ORIGIN": "null"},
    ],
)
def test_csrf_no_form_of_another_site_does_anything(
    client: Client, article: ArticlePage, form_data: Data, headers: Data
) -> None:
    send(client, article, form_data)
    links = links_of(Mail.objects.get())
    own = access.create("jo@example.org", "de", now=datetime.now(UTC))

    def everything() -> tuple[Any, ...]:
        counts = (ConsentEvent.objects.count(), OutboxEntry.objects.count())
        return list(ReaderComment.objects.values()), *counts

    before = everything()
    forms = {
        reverse("reader_comments:comment", args=[article.pk]): form_data | {"text": "Fremd."},
        links["confirm"]: {},
        links["manage"]: {},
        links["manage"] + "edit/": {"text": "Fremd."},
        "/" + own.split("/", 3)[3]: {"act": "erase"},
        reverse("reader_comments:ask"): {"email": "jo@example.org"},
        reverse("reader_comments:forget_device"): {},
    }

    for url, data in forms.items():
        assert client.post(url, data, **headers).status_code == 403, url

    assert everything() == before


@pytest.mark.parametrize("name", ["confirm", "manage", "edit", "replies", "mine"])
def test_idor_no_guess_is_a_token(client: Client, make_comment: MakeComment, name: str) -> None:
    comment = make_comment()
    digests = comment.links.values_list("digest", flat=True)
    for token in [
        *digests,
        str(comment.pk),
        comment.subject,
        "..%2f",
        "\x00",
        "\u202e",
        "a" * 4000,
    ]:
        url = reverse(f"reader_comments:{name}", args=[token])
        assert client.get(url).status_code == client.post(url, {"act": "erase"}).status_code == 404
    assert ReaderComment.objects.get().state == CommentState.PUBLISHED
