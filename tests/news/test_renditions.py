"""Pictures: few sizes, no encoding while a page is read."""

from datetime import date

import pytest
from django.test import Client
from wagtail.images.models import Filter

from news import renditions
from news.models import NewsRendition
from tests.factories import make_image

pytestmark = pytest.mark.django_db


def test_missing_renditions_are_not_made_by_a_page(client: Client) -> None:
    image = make_image(width=2000, height=1000)

    picture = renditions.picture(image, "card")

    assert (picture.width, picture.height, picture.sources) == (1200, 800, ())
    assert not NewsRendition.objects.exists()
    response = client.get(picture.url)
    assert response.status_code == 200
    assert response["Content-Type"] == "image/jpeg"
    b"".join(response.streaming_content)
    assert NewsRendition.objects.count() == 1


def test_forged_address_makes_no_rendition(client: Client) -> None:
    url = renditions.picture(make_image(), "card").url

    assert client.get(url.replace("1200x800", "1201x800")).status_code == 403


def test_warming_makes_every_format_and_is_quiet_the_second_time() -> None:
    image = make_image(width=500, height=300)

    made = renditions.warm([image.pk])

    sizes = sum(len(renditions.specs(shape)) for shape in renditions.SHAPES.values())
    assert made == sizes + len(renditions.SHARED)
    assert renditions.warm([image.pk]) == 0
    picture = renditions.picture(image, "card")
    assert [source.mime_type for source in picture.sources] == ["image/avif", "image/webp"]
    assert picture.url.endswith(".jpg")


@pytest.mark.parametrize("size", [(2000, 1000), (500, 300), (300, 900), (1199, 800)])
def test_expected_size_is_the_size_of_the_rendition(size: tuple[int, int]) -> None:
    image = make_image(width=size[0], height=size[1])
    for name, shape in (renditions.SHAPES | renditions.SHARED).items():
        expected = renditions.expected_size(image, shape)
        rendition = image.create_rendition(Filter(renditions.fallback_spec(shape)))
        # Willow rounds twice.
        assert abs(rendition.width - expected[0]) <= 2, name
        assert abs(rendition.height - expected[1]) <= 2, name


@pytest.mark.parametrize(
    ("ends_on", "shown"), [(None, True), (date(2026, 1, 2), True), (date(2026, 1, 1), False)]
)
def test_right_of_use_ends_with_its_last_day(ends_on: date | None, shown: bool) -> None:
    image = make_image(usage_ends_on=ends_on)

    assert renditions.may_be_shown(image, today=date(2026, 1, 2)) is shown
