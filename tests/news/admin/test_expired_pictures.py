from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import make_article, make_image, make_user

pytestmark = pytest.mark.django_db


def test_only_pictures_past_their_right_of_use_are_listed(client):
    today = timezone.localdate()
    make_image("Abgelaufen", creator="Lena", usage_ends_on=today - timedelta(days=1))
    make_image("Letzter Tag", usage_ends_on=today)
    make_image("Ohne Ende")
    client.force_login(make_user(groups=("Editors",)))

    html = client.get("/admin/reports/expired-pictures/").content.decode()

    assert [title in html for title in ("Abgelaufen", "Letzter Tag", "Ohne Ende")] == [
        True,
        False,
        False,
    ]


def titles(client, query: str = "") -> dict[str, int]:
    page = client.get(f"/admin/reports/expired-pictures/?{query}")
    return {image.title: image.usage_count for image in page.context["object_list"]}


def test_pictures_that_end_soon_and_how_often_they_are_used(
    client, django_capture_on_commit_callbacks
):
    today = timezone.localdate()
    days = {"Gestern": -1, "Heute": 0, "In 30 Tagen": 30, "In 31 Tagen": 31}
    images = {
        title: make_image(title, usage_ends_on=today + timedelta(days=offset))
        for title, offset in days.items()
    }
    with django_capture_on_commit_callbacks(execute=True):
        make_article(lead_image=images["Heute"], social_image=images["Gestern"])
    client.force_login(make_user(groups=("Editors",)))

    assert titles(client) == {"Gestern": 1}
    assert titles(client, "ending=soon&ordering=-usage_count") == {"Heute": 1, "In 30 Tagen": 0}
    assert titles(client, "ending=unbekannt") == {"Gestern": 1}
