import pytest

from tests.factories import make_article, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("group", "is_own", "is_shown"),
    [("Analysts", False, True), ("Reporters", False, False), ("Reporters", True, True)],
)
def test_the_user_bar_leads_to_what_one_may_see(client, group, is_own, is_shown):
    user = make_user(groups=(group,))
    article = make_article("Oper", owner=user if is_own else None)
    client.force_login(user)

    page = client.get(article.url).content.decode()

    assert "wagtail-userbar" in page
    assert (f"/admin/analytics/article/{article.pk}/" in page) is is_shown


def test_a_reader_gets_no_bar(client):
    page = client.get(make_article("Oper").url).content.decode()

    assert "userbar" not in page
