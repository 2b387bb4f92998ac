from datetime import date

import pytest

from news.models import NewsImage
from tests.factories import make_image, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    client.force_login(make_user(groups=("Editors",)))
    return client


def edit(client, image: NewsImage, **fields):
    data = {"title": "Hafen", "collection": image.collection_id, "tags": ""} | fields
    return client.post(f"/admin/images/{image.pk}/", data)


def test_a_picture_needs_a_description(editor):
    image = make_image("Bild")

    refused = edit(editor, image, description="")

    image.refresh_from_db()
    assert list(refused.context["form"].errors) == ["description"]
    assert image.title == "Bild"


def test_credit_licence_and_right_of_use_are_kept(editor):
    image = make_image("Bild")

    edit(
        editor,
        image,
        description="Ein Kran hebt einen Container.",
        creator="Jana Beispiel",
        source="Wikipedia",
        licence="cc-by-2.0",
        usage_ends_on="2027-01-31",
    )

    image.refresh_from_db()
    assert (image.title, image.credit, image.licence_label, image.usage_ends_on) == (
        "Hafen",
        "Jana Beispiel / Wikipedia",
        "CC BY 2.0",
        date(2027, 1, 31),
    )


def test_the_stored_day_comes_back_into_the_date_field(editor):
    image = make_image("Bild", usage_ends_on=date(2027, 1, 31))

    page = editor.get(f"/admin/images/{image.pk}/").content.decode()

    assert 'value="2027-01-31"' in page


def test_list_shows_and_sorts_by_the_end_of_the_right_of_use(editor):
    make_image("Später", usage_ends_on=date(2027, 2, 1))
    make_image("Früher", usage_ends_on=date(2027, 1, 1))

    page = editor.get("/admin/images/", {"layout": "list", "ordering": "usage_ends_on"})

    assert [image.title for image in page.context["object_list"]] == ["Früher", "Später"]
    assert "usage_ends_on" in [column.name for column in page.context["table"].columns.values()]
