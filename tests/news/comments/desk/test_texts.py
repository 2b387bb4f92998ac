import pytest
from django.test import Client
from django.urls import reverse

from news.comments.models import CannedText

pytestmark = pytest.mark.django_db


def test_the_empty_list_says_what_writers_are_told_until_then(admin_client: Client) -> None:
    address = reverse("canned_texts:index")

    empty = admin_client.get(address).content.decode()
    CannedText.objects.create(reason="off_topic", language="de", text="Bitte zur Sache.")
    filled = admin_client.get(address).content.decode()

    told = "Noch gibt es keine Texte: Wer geschrieben hat, erfährt nur den Grund."
    assert [told in page for page in (empty, filled)] == [True, False]
    assert "Bitte zur Sache." in filled
    # the long name of the model would push the heading out of the header
    assert "Text hinzufügen" in filled
    assert "Text an Leserinnen und Leser hinzufügen" not in filled
