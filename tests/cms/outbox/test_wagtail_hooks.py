import pytest
from django.test import Client
from django.urls import reverse

from cms.outbox.models import Mail
from tests.factories import make_admin, make_user

pytestmark = pytest.mark.django_db


def test_admin_reads_mails_and_their_links_can_be_followed(client: Client) -> None:
    mail = Mail.objects.create(
        to="jo@example.org",
        subject="<script>x</script>",
        text="Bitte: http://testserver/a/b/\n<script>alert(1)</script>",
    )
    client.force_login(make_admin())

    listing = client.get(reverse("mail_outbox:index")).content.decode()
    page = client.get(reverse("mail_outbox:inspect", args=[mail.pk])).content.decode()

    assert "&lt;script&gt;x&lt;/script&gt;" in listing
    assert "<script>x" not in listing
    assert 'href="http://testserver/a/b/"' in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("name", ["add", "edit", "delete"])
def test_nobody_changes_mails(client: Client, name: str) -> None:
    mail = Mail.objects.create(to="jo@example.org", subject="x", text="x")
    client.force_login(make_admin())

    args = [] if name == "add" else [mail.pk]
    client.post(reverse(f"mail_outbox:{name}", args=args), {"subject": "y", "to": "b@x.org"})

    assert list(Mail.objects.values_list("subject", flat=True)) == ["x"]


def test_others_do_not_read_mails(client: Client) -> None:
    mail = Mail.objects.create(to="jo@example.org", subject="secret", text="secret")
    client.force_login(make_user(is_staff=True))

    for url in (reverse("mail_outbox:index"), reverse("mail_outbox:inspect", args=[mail.pk])):
        response = client.get(url, follow=True)
        assert "secret" not in response.content.decode()
