import pytest
from django.test import Client
from django.urls import reverse

from news.consent import recording
from news.consent.models import ConsentText
from tests.factories import make_admin, make_user
from tests.news.consent.test_sealing import NOW


@pytest.fixture
def admin(client: Client, db: None) -> Client:
    client.force_login(make_admin())
    return client


def test_new_version_starts_from_the_newest_and_leaves_it_alone(
    admin: Client, text: ConsentText
) -> None:
    form = admin.get(reverse("consent_texts:add")).context["form"]
    data = {name: form[name].value() for name in form.fields if name != "is_required"}
    data |= {"label": "Neu", "is_required": "on", "valid_from": "2026-11-01 12:00"}

    admin.post(reverse("consent_texts:add"), data)

    versions = ConsentText.objects.filter(purpose="publish", language="de").order_by("version")
    assert [(row.version, row.label, row.author) for row in versions] == [
        (1, text.label, ""),
        (2, "Neu", "admin"),
    ]


@pytest.mark.parametrize("name", ["edit", "delete"])
def test_versions_are_never_edited(admin: Client, text: ConsentText, name: str) -> None:
    response = admin.post(reverse(f"consent_texts:{name}", args=[text.pk]), {"label": "x"})

    assert response.status_code == 302
    assert ConsentText.objects.get(pk=text.pk).label == text.label


def test_texts_and_record_are_listed_and_shown(admin: Client, text: ConsentText) -> None:
    event = recording.give(
        text, address="jo@example.org", comment_id=1, surface="s", evidence={}, now=NOW
    )

    for url in (
        reverse("consent_texts:index"),
        reverse("consent_texts:inspect", args=[text.pk]),
        reverse("consent_events:index"),
        reverse("consent_events:inspect", args=[event.pk]),
    ):
        assert admin.get(url).status_code == 200


def test_others_see_neither(client: Client, text: ConsentText) -> None:
    client.force_login(make_user())

    for name in ("consent_texts:index", "consent_events:index", "consent_texts:add"):
        assert client.get(reverse(name)).status_code == 302
