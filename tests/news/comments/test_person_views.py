import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from news.comments.models import RecordAccess
from news.consent import checking, sealing, subjects
from news.consent.models import ChainCheck, ConsentText
from tests.factories import make_admin, make_user
from tests.news.comments.conftest import MakeComment

pytestmark = pytest.mark.django_db
ASKED = {"email": "jo@example.org", "reason": "Auskunft vom 3. November", "form": "view"}


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(make_admin())
    return client


def test_proof_of_one_person_is_shown_and_the_look_up_written_down(
    admin: Client, make_comment: MakeComment, text: ConsentText
) -> None:
    make_comment(email="jo@example.org", text="<script>alert(1)</script>")
    make_comment(email="eva@example.org", text="Evas Text")
    sealing.seal(datetime.now(UTC))

    page = admin.post(reverse("look_up_person"), ASKED).content.decode()

    assert "&lt;script&gt;alert(1)" in page and "<script>alert(1)" not in page
    assert text.label in page and text.sha256 in page
    assert "Evas Text" not in page
    row = RecordAccess.objects.get()
    assert (row.user_name, row.subject, row.form, row.reason) == (
        "admin",
        subjects.reference("jo@example.org"),
        "view",
        "Auskunft vom 3. November",
    )
    assert "Auskunft vom 3. November" in admin.get(reverse("look_up_person")).content.decode()


@pytest.mark.parametrize("form", ["json", "html"])
def test_copy_is_handed_out_and_written_down(
    admin: Client, make_comment: MakeComment, form: str
) -> None:
    make_comment(email="jo@example.org", text="Mein Text")

    answer = admin.post(reverse("look_up_person"), ASKED | {"form": form})

    assert answer["Content-Disposition"] == f'attachment; filename="comments.{form}"'
    assert "Mein Text" in answer.content.decode()
    if form == "json":
        assert len(json.loads(answer.content)["comments"]) == 1
    assert RecordAccess.objects.get().form == form


@pytest.mark.parametrize(
    "change", [{"email": "jo"}, {"reason": ""}, {"reason": " x "}, {"form": "xml"}]
)
def test_nothing_is_shown_without_address_and_reason(
    admin: Client, make_comment: MakeComment, change: dict[str, Any]
) -> None:
    make_comment(email="jo@example.org", text="Mein Text")

    answer = admin.post(reverse("look_up_person"), ASKED | change)

    assert (answer.status_code, "Mein Text" in answer.content.decode()) == (422, False)
    assert RecordAccess.objects.count() == 0


def test_moderators_may_not_look_persons_up(client: Client, make_comment: MakeComment) -> None:
    client.force_login(make_user("mo", groups=["Comment moderators"]))

    assert client.post(reverse("look_up_person"), ASKED).status_code in {302, 403}
    assert RecordAccess.objects.count() == 0


def test_look_up_needs_the_csrf_token(make_comment: MakeComment) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_admin())

    assert client.post(reverse("look_up_person"), ASKED).status_code == 403


def test_page_says_what_was_verified_and_when(
    admin: Client, make_comment: MakeComment, text: ConsentText
) -> None:
    make_comment(email="jo@example.org")
    sealing.seal(datetime.now(UTC))

    def look() -> str:
        return admin.post(reverse("look_up_person"), ASKED).content.decode()

    assert "Die ganze Kette wurde noch nicht geprüft" in look()
    checking.check(datetime.now(UTC))
    page = look()
    assert "Diese Aufzeichnung hält der Prüfung stand" in page
    assert "Die ganze Kette wurde zuletzt am" in page
    ChainCheck.objects.create(at=datetime.now(UTC), links=9, position=7, what="link is missing")
    assert "nicht stand: 7, link is missing" in look()
