from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from wagtail.models import ModelLogEntry

from analytics.models import RankingRule
from cms.outbox.models import OutboxEntry
from tests.analytics.pages import make_page
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def invalidated() -> list[list[str]]:
    """Return the tags that were dropped since the last call."""
    rows = OutboxEntry.objects.filter(kind="invalidate")
    tags = list(rows.values_list("payload__tags", flat=True))
    rows.delete()
    return tags


def form_of(page, **fields) -> dict:
    return {
        "page": page.pk,
        "kind": "pin",
        "position": "2",
        "until": "2040-01-01 12:00",
        "reason": "Wahlabend",
        **fields,
    }


def test_editor_pins_a_page_and_the_log_and_the_cache_hear_of_it(client):
    editor, page = make_user("eva", groups=("Editors",)), make_page()
    client.force_login(editor)
    invalidated()

    assert client.post("/admin/ranking-rules/new/", form_of(page)).status_code == 302
    rule = RankingRule.objects.get()
    added = invalidated()
    edited = client.post(f"/admin/ranking-rules/edit/{rule.pk}/", form_of(page, position="1"))
    changed = invalidated()
    client.post(f"/admin/ranking-rules/delete/{rule.pk}/")

    assert edited.status_code == 302
    assert (rule.page_id, rule.kind, rule.position, rule.by) == (page.pk, "pin", 2, editor)
    assert rule.reason == "Wahlabend"
    assert added == changed == invalidated() == [["ranking"]]
    assert not RankingRule.objects.exists()
    log = ModelLogEntry.objects.filter(content_type__model="rankingrule").order_by("pk")
    assert list(log.values_list("action", "user")) == [
        ("wagtail.create", editor.pk),
        ("wagtail.edit", editor.pk),
        ("wagtail.delete", editor.pk),
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"position": "0"},
        {"kind": "block", "position": "1"},
        {"until": ""},
        {"until": "2020-01-01 12:00"},
        {"reason": ""},
        {"page": ""},
    ],
)
def test_half_a_decision_is_turned_away(client, fields):
    page = make_page()
    client.force_login(make_user(groups=("Editors",)))

    answer = client.post("/admin/ranking-rules/new/", form_of(page) | fields)

    assert answer.status_code == 200
    assert not RankingRule.objects.exists()


def test_rule_that_holds_can_be_ended_at_once(client):
    page = make_page()
    client.force_login(make_user(groups=("Editors",)))
    until = timezone.now() + timedelta(hours=1)
    rule = RankingRule.objects.create(page=page, until=until, reason="x")

    answer = client.post(
        f"/admin/ranking-rules/edit/{rule.pk}/", form_of(page) | {"until": "2020-01-01 12:00"}
    )

    assert answer.status_code == 302
    assert RankingRule.objects.get().until < timezone.now()


def test_page_has_one_rule_at_most():
    page, until = make_page(), timezone.now() + timedelta(hours=1)
    RankingRule.objects.create(page=page, until=until, reason="x")

    with pytest.raises(ValidationError):
        RankingRule(page=page, until=until, reason="y").full_clean()


def test_rule_goes_with_its_page():
    page = make_page()
    RankingRule.objects.create(page=page, until=timezone.now(), reason="x")
    invalidated()

    page.delete()

    assert not RankingRule.objects.exists()
    assert ["ranking"] in invalidated()
