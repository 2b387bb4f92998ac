"""The reader's own page: asked for by address, opened by a link, ended by buttons."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cms.outbox import delivery
from cms.outbox.models import Mail, OutboxEntry
from news.comments import access, devices, moderation, replies
from news.comments.models import (
    AccessLink,
    AccessRequest,
    CommentState,
    ReaderComment,
    RememberedDevice,
    ReplySubscription,
)
from news.comments.moderation import By
from news.consent.models import ConsentEvent
from tests.news.comments.conftest import NOW, MakeComment
from tests.news.comments.links_in_mails import links_of, newest_mail

pytestmark = pytest.mark.django_db
ASK = "/_/comments/mine/"


def deliver() -> None:
    while delivery.deliver_due(datetime.now(UTC) + timedelta(minutes=1)):
        pass


def own_page(address: str = "jo@example.org") -> str:
    url = access.create(address, "de", now=datetime.now(UTC))
    return url.removeprefix("http://testserver")


def test_link_comes_by_mail_to_known_addresses_only(
    client: Client, make_comment: MakeComment
) -> None:
    make_comment(email="jo@example.org")
    Mail.objects.all().delete()

    for address in ("JO@example.org", "stranger@example.org"):
        client.post(ASK, {"email": address})
    deliver()

    mail = newest_mail()
    assert (Mail.objects.count(), mail.to.lower()) == (1, "jo@example.org")
    assert client.get(links_of(mail)["mine"]).status_code == 200
    assert AccessRequest.objects.count() == 0
    assert "stranger" not in str(list(OutboxEntry.objects.values_list("payload", flat=True)))


def test_enumeration_asking_looks_and_works_alike_for_every_address(
    client: Client, make_comment: MakeComment
) -> None:
    make_comment(email="known@example.org")
    client.post(ASK, {"email": "warm@example.org"})
    answers, work = [], []
    for address in ("known@example.org", "never@example.org"):
        with CaptureQueriesContext(connection) as queries:
            answer = client.post(ASK, {"email": address})
        answers.append((answer.status_code, answer.content))
        work.append([query["sql"].split(" ")[0] for query in queries.captured_queries])

    assert answers[0] == answers[1]
    # The same statements take the same time; who is known is looked up later, by a worker.
    assert work[0] == work[1]


def test_mailbox_of_a_stranger_is_not_filled(
    client: Client, make_comment: MakeComment, settings: Any
) -> None:
    settings.COMMENTS_PER_ADDRESS, settings.COMMENTS_PER_NETWORK = 2, 4
    make_comment(email="jo@example.org")
    Mail.objects.all().delete()

    answers = [client.post(ASK, {"email": "jo@example.org"}) for _ in range(5)]
    deliver()

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    assert answers[0].content == answers[3].content
    assert Mail.objects.count() == 2


@pytest.mark.parametrize("address", ["", "jo", "jo@example.org\nBcc: x@example.org", "x" * 500])
def test_what_is_no_address_is_said(client: Client, address: str) -> None:
    answer = client.post(ASK, {"email": address})

    assert (answer.status_code, "field__error" in answer.content.decode()) == (422, True)
    assert OutboxEntry.objects.count() == 0


def test_asking_from_another_site_is_refused(client: Client) -> None:
    assert (
        client.post(ASK, {"email": "jo@example.org"}, HTTP_ORIGIN="https://x.test").status_code
        == 403
    )


def test_page_shows_everything_of_one_reader_and_nothing_of_another(
    client: Client, make_comment: MakeComment
) -> None:
    mine = make_comment(email="jo@example.org", text="Mein <b>Text</b>")
    rejected = make_comment("pending", email="jo@example.org", text="Der war nichts")
    moderation.reject(rejected, By(reason="off_topic"), now=NOW)
    make_comment(email="eva@example.org", text="Evas Text", name="Eva")

    response = client.get(own_page())
    page = response.content.decode()

    assert "Mein &lt;b&gt;Text&lt;/b&gt;" in page
    assert "Abgelehnt: Nicht zum Thema" in page
    assert mine.consent_text and mine.consent_text.label in page
    assert "Evas Text" not in page and "eva@example.org" not in page
    assert "no-store" in response["Cache-Control"]
    assert (response["Referrer-Policy"], response["X-Robots-Tag"]) == ("same-origin", "noindex")
    assert response.cookies == {}


def test_page_costs_the_same_for_one_and_for_many(
    client: Client, make_comment: MakeComment
) -> None:
    make_comment(email="jo@example.org")
    url = own_page()
    client.get(url)  # what is looked up once for the whole process
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for _ in range(3):
        make_comment(email="jo@example.org")
    with CaptureQueriesContext(connection) as many:
        client.get(url)

    assert len(one) == len(many)


def test_mail_scanner_on_the_own_page_decides_nothing(
    client: Client, make_comment: MakeComment
) -> None:
    make_comment(email="jo@example.org")
    url = own_page()
    before = list(ReaderComment.objects.values())
    events = ConsentEvent.objects.count()

    for suffix in ("", "?erase", "json/", "html/"):
        for method in (client.get, client.head, client.options, client.put, client.delete):
            method(url + suffix)

    assert list(ReaderComment.objects.values()) == before
    assert ConsentEvent.objects.count() == events


def test_link_ends_after_a_day(client: Client, make_comment: MakeComment) -> None:
    make_comment(email="jo@example.org")
    url = own_page()
    AccessLink.objects.update(created_at=datetime.now(UTC) - timedelta(hours=24))

    assert client.get(url).status_code == 404
    assert client.post(url, {"act": "erase"}).status_code == 404
    assert ReaderComment.objects.get().state == CommentState.PUBLISHED


def test_idor_own_page_reaches_only_what_is_ones_own(
    client: Client, make_comment: MakeComment
) -> None:
    make_comment(email="jo@example.org")
    evas = make_comment(email="eva@example.org")
    url = own_page()

    for number in (str(evas.pk), "0", "-1", "1 OR 1=1", "9" * 30, ""):
        assert client.post(url, {"act": "withdraw", "id": number}).status_code == 404
    for act in ("", "publish", "WITHDRAW"):
        assert client.post(url, {"act": act, "id": str(evas.pk)}).status_code == 400
    stored = AccessLink.objects.get().digest
    for token in (stored, "x", "%00", "a" * 3000):
        for name in ("mine", "export_json", "export_html"):
            address = reverse(f"reader_comments:{name}", args=[token])
            assert client.get(address).status_code == 404
    assert client.post(url, {"act": "erase"}, HTTP_SEC_FETCH_SITE="cross-site").status_code == 403

    assert set(ReaderComment.objects.values_list("state", flat=True)) == {"published"}


def test_each_purpose_ends_on_its_own(client: Client, make_comment: MakeComment) -> None:
    first = make_comment(email="jo@example.org")
    second = make_comment(email="jo@example.org")
    replies.subscribe(first, now=NOW)
    devices.remember(first, "token", now=NOW)
    url = own_page()

    def standing() -> tuple[list[str], int, int]:
        states = list(ReaderComment.objects.order_by("pk").values_list("state", flat=True))
        return states, ReplySubscription.objects.count(), RememberedDevice.objects.count()

    for _ in range(2):
        assert client.post(url, {"act": "replies"})["Location"] == url
    assert standing() == (["published", "published"], 0, 1)
    client.post(url, {"act": "device"})
    assert standing() == (["published", "published"], 0, 0)
    client.post(url, {"act": "withdraw", "id": str(second.pk)})
    assert standing() == (["published", "withdrawn"], 0, 0)
    client.post(url, {"act": "withdraw_all"})
    assert standing() == (["withdrawn", "withdrawn"], 0, 0)
    assert "data-withdraw" not in client.get(url).content.decode()
    methods = ConsentEvent.objects.filter(kind="withdrawn").values_list("method", flat=True)
    assert set(methods) == {"reader_page"}


def test_erasing_asks_once_more_and_leaves_only_the_proof(
    client: Client, make_comment: MakeComment
) -> None:
    make_comment(email="jo@example.org", name="Jo Muster", text="Mein Text")
    url = own_page()
    assert "data-erase" not in client.get(url).content.decode().replace("data-ask-erase", "")
    assert "data-erase" in client.get(url + "?erase").content.decode()

    answer = client.post(url, {"act": "erase"})

    assert "data-erased" in answer.content.decode()
    assert answer.cookies[devices.COOKIE].value == ""
    held = str(list(ReaderComment.objects.values())) + str(list(Mail.objects.values()))
    held += str(list(AccessLink.objects.values()))
    for word in ("jo@example.org", "Jo Muster", "Mein Text"):
        assert word not in held
    assert ConsentEvent.objects.filter(kind="withdrawn").count() == 1
    assert client.get(url).status_code == 404


def test_export_as_json_and_as_a_page(client: Client, make_comment: MakeComment) -> None:
    make_comment(email="jo@example.org", text='</script><img src=x onerror="x">', name="<i>Jo")
    make_comment(email="eva@example.org", text="Evas Text")
    url = own_page()

    machine = client.get(url + "json/")
    person = client.get(url + "html/")

    record = json.loads(machine.content)
    assert [row["email"] for row in record["comments"]] == ["jo@example.org"]
    assert [row["digest_holds"] for row in record["consent"]] == [True, True]
    page = person.content.decode()
    assert "&lt;img" in page and "<img" not in page and "<i>" not in page
    for answer in (machine, person):
        assert answer["Content-Disposition"].startswith("attachment")
        assert "no-store" in answer["Cache-Control"]
        assert b"Evas Text" not in answer.content


def test_english_page_speaks_english(client: Client, make_comment: MakeComment) -> None:
    make_comment(email="jo@example.org")
    Mail.objects.all().delete()
    client.post("/en/_/comments/mine/", {"email": "jo@example.org"})
    deliver()

    mail = newest_mail()
    url = links_of(mail)["mine"]

    assert (mail.subject, url.startswith("/en/_/comments/mine/")) == ("Your comments", True)
    assert "Erase everything" in client.get(url).content.decode()
