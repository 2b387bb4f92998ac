from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import make_image

pytestmark = pytest.mark.django_db


def test_pictures_past_their_right_of_use_are_not_handed_out(client):
    today = timezone.localdate()
    ended = make_image("Abgelaufen", usage_ends_on=today - timedelta(days=1))
    make_image("Letzter Tag", usage_ends_on=today)
    make_image("Ohne Ende")

    answer = client.get("/api/v2/images/?order=title").json()

    assert [image["title"] for image in answer["items"]] == ["Letzter Tag", "Ohne Ende"]
    assert client.get(f"/api/v2/images/{ended.pk}/").status_code == 404


@pytest.mark.parametrize("kind", ["pages", "images"])
@pytest.mark.parametrize("number", ["null", "", "-1", "1.5", "٣", "9" * 40])
def test_an_id_that_is_none_finds_nothing(client, kind, number):
    answer = client.get(f"/api/v2/{kind}/find/", {"id": number})

    assert (answer.status_code, answer.json()) == (404, {"message": "not found"})
