"""Where a site may not move to, and from; the move itself is a proof."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from analytics import buffer, spool
from analytics.events import Event, Kind
from analytics.models import PageBucket
from cms import serving
from cms.moving import relocation
from tests.factories import make_admin

NOBODY_LISTENS = "postgres://postgres@127.0.0.1:1/postgres"


def address_of_this_database() -> str:
    at = connection.settings_dict
    password = f":{at['PASSWORD']}" if at["PASSWORD"] else ""
    return f"postgres://{at['USER']}{password}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


@pytest.mark.parametrize("address", ["", "nonsense", "sqlite:///x.sqlite3", "mysql://a@b/c"])
def test_only_postgresql_is_a_target(address: str) -> None:
    with pytest.raises(relocation.CannotMove, match="must be like postgres://"):
        relocation.check_target(address)


@pytest.mark.django_db
def test_a_target_that_does_not_answer_is_named() -> None:
    with pytest.raises(relocation.CannotMove, match=r"does not answer: .*refused"):
        relocation.check_target(NOBODY_LISTENS)


@pytest.mark.django_db(transaction=True)
def test_a_target_with_a_user_is_not_empty() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL")
    get_user_model().objects.all().delete()
    relocation.check_target(address_of_this_database())  # as an interrupted move leaves it

    make_admin()

    with pytest.raises(relocation.CannotMove, match="not empty"):
        relocation.check_target(address_of_this_database())


@pytest.mark.django_db
def test_a_database_of_another_version_is_not_moved() -> None:
    relocation.check_source()
    MigrationRecorder.Migration.objects.filter(app="cms").delete()

    with pytest.raises(relocation.CannotMove, match=r"manage\.py prepare"):
        relocation.check_source()


@pytest.mark.django_db(transaction=True)
def test_views_on_the_disk_are_counted_though_redis_has_lost_everything(
    settings, tmp_path, clean_redis
) -> None:
    settings.ANALYTICS_SPOOL_DIR = tmp_path / "spool"
    buffer.reset()
    now = datetime.now(UTC)
    view = Event(Kind.VIEW, b"v" * 16, int(now.timestamp() * 1000), 7, b"reader01", ())
    buffer.accept(view, now=now)
    assert spool.waiting_bytes()

    for _ in range(2):
        relocation.count_what_waits()
        assert list(PageBucket.objects.values_list("page_id", "views")) == [(7, 1)]


@pytest.mark.django_db
def test_the_command_says_in_a_sentence_why_it_does_not_move(settings, tmp_path) -> None:
    settings.VAR_DIR = tmp_path
    with pytest.raises(CommandError, match="does not answer"):
        call_command("move_database", NOBODY_LISTENS)

    with (
        serving.lock_var_dir(),
        pytest.raises(CommandError, match="Another Redaktion runs"),
    ):
        call_command("move_database", NOBODY_LISTENS)
