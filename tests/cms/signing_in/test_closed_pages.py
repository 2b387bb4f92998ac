"""What is closed for readers: nobody may guess its password for ever."""

import pytest
from django.core.files.base import ContentFile
from django.urls import resolve, reverse
from wagtail.documents import get_document_model
from wagtail.models import Collection, CollectionViewRestriction, PageViewRestriction

from tests.factories import make_article, make_user

pytestmark = pytest.mark.django_db
HERE, ELSEWHERE = "203.0.113.77", "198.51.100.1"


@pytest.fixture(autouse=True)
def _limit(settings, clean_redis):
    settings.LOGIN_ATTEMPTS = 3
    return clean_redis


@pytest.fixture
def article():
    return make_article("Nur mit Passwort")


@pytest.fixture
def page_door(article):
    restriction = PageViewRestriction.objects.create(
        page=article, restriction_type="password", password="Tide"
    )
    return reverse("wagtailcore_authenticate_with_password", args=[restriction.pk, article.pk])


@pytest.fixture
def document_door():
    collection = Collection.get_first_root_node().add_child(name="Akten")
    document = get_document_model()(title="Akte", collection=collection)
    document.file.save("akte.txt", ContentFile(b"Text"))
    restriction = CollectionViewRestriction.objects.create(
        collection=collection, restriction_type="password", password="Tide"
    )
    return reverse("wagtaildocs_authenticate_with_password", args=[restriction.pk])


def knock(client, door: str, password: str, address: str = HERE):
    return client.post(door, {"password": password, "return_url": "/"}, REMOTE_ADDR=address)


@pytest.mark.parametrize("which", ["page_door", "document_door"])
def test_after_three_wrong_passwords_not_even_the_right_one_opens(client, request, which):
    door = request.getfixturevalue(which)

    wrong = [knock(client, door, "falsch").status_code for _ in range(3)]
    refused = knock(client, door, "Tide")

    assert wrong == [200] * 3
    assert refused.status_code == 429
    assert "Zu viele Versuche." in refused.content.decode()
    assert "falsch" not in refused.content.decode()
    assert knock(client, door, "Tide", ELSEWHERE).status_code == 302


def test_another_page_of_the_same_restriction_gives_no_new_attempts(client, article, page_door):
    other = make_article("Auch", slug="auch")
    for _ in range(3):
        knock(client, page_door, "falsch")

    door = page_door.replace(f"/{article.pk}/", f"/{other.pk}/")

    assert knock(client, door, "Tide").status_code == 429


def test_many_who_know_the_password_get_in_from_one_network(client, page_door):
    answers = {knock(client, page_door, "Tide").status_code for _ in range(40)}

    assert answers == {302}


def test_the_form_itself_is_never_refused(client, page_door):
    for _ in range(5):
        knock(client, page_door, "falsch")

    assert client.get(page_door, REMOTE_ADDR=HERE).status_code == 200


def test_the_log_in_of_closed_pages_is_throttled_like_that_of_the_admin(client):
    make_user("jo", groups=("Editors",))
    door = reverse("wagtailcore_login")

    for password in ("falsch", "falsch", "falsch", "password"):
        answer = client.post(door, {"username": "jo", "password": password})

    assert answer.context["form"].has_error("__all__", "throttled")
    assert "remember" not in answer.context["form"].fields
    assert "_auth_user_id" not in client.session


def test_no_unthrottled_door_of_wagtail_is_reached():
    for name, numbers in (
        ("wagtailcore_authenticate_with_password", [1, 1]),
        ("wagtaildocs_authenticate_with_password", [1]),
        ("wagtailcore_login", []),
    ):
        view = resolve(reverse(name, args=numbers)).func
        assert view.__module__.startswith("cms.") or view.view_initkwargs["authentication_form"]
