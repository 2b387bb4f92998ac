from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import make_image, make_user

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
