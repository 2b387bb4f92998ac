from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from news.consent import recording, sealing
from news.consent.append_only import AppendOnlyError
from news.consent.models import ConsentEvent, ConsentSeal, ConsentText

NOW = timezone.now()
TABLES = ["consent_consenttext", "consent_consentevent", "consent_consentseal"]


@pytest.fixture
def event(text: ConsentText) -> ConsentEvent:
    given = recording.give(
        text, address="jo@example.org", comment_id=7, surface="article:1", evidence={}, now=NOW
    )
    sealing.seal(NOW)
    return given


def row_count() -> list[int]:
    return [model.objects.count() for model in (ConsentText, ConsentEvent, ConsentSeal)]


def test_models_refuse_change_and_deletion(event: ConsentEvent, text: ConsentText) -> None:
    before = row_count()
    for row in (text, event, event.seal):
        for act in (
            row.save,
            row.delete,
            type(row).objects.all().delete,
            lambda row=row: type(row).objects.update(pk=1),
            lambda row=row: type(row).objects.bulk_update([row], ["pk"]),
        ):
            with pytest.raises(AppendOnlyError):
                act()

    assert row_count() == before


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("sql", ["DELETE FROM {}", "UPDATE {} SET {} = {}"])
def test_triggers_hold_against_sql(event: ConsentEvent, table: str, sql: str) -> None:
    column = "sealed_at" if table.endswith("seal") else "purpose"
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        connection.cursor().execute(sql.format(table, column, column))


@pytest.mark.parametrize(
    "change",
    [
        "subject = ''",
        "evidence = '{\"a\": 1}'",
        "comment_id = NULL",
        "kind = 'withdrawn', subject = '', comment_id = NULL, salt = '', evidence = '{}'",
        "person_digest = '', subject = '', comment_id = NULL, salt = '', evidence = '{}'",
    ],
)
def test_events_can_only_be_emptied_as_a_whole(event: ConsentEvent, change: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        connection.cursor().execute(f"UPDATE consent_consentevent SET {change}")


def test_forgetting_empties_the_person_and_keeps_the_proof(event: ConsentEvent) -> None:
    assert ConsentEvent.objects.for_comment(7).forget() == 1

    fresh = ConsentEvent.objects.get()
    assert (fresh.subject, fresh.comment_id, fresh.evidence, fresh.salt) == ("", None, {}, "")
    assert (fresh.kind, fresh.at, fresh.text_id) == ("given", event.at, event.text_id)


def test_text_version_is_unique(text: ConsentText) -> None:
    fields: dict[str, Any] = {"purpose": "publish", "language": "de", "version": 1}
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsentText.objects.create(**fields)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "", "datenschutz"])
def test_privacy_link_leads_to_a_page(url: str) -> None:
    with pytest.raises(ValidationError):
        ConsentText(privacy_url=url).clean()


@pytest.mark.django_db(transaction=True)
def test_tables_can_be_emptied_between_transactional_tests() -> None:
    ConsentText.objects.create(purpose="publish", language="de", version=99)
