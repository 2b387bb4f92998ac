"""Moving a whole site to another database, with the events that were not counted yet."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import dj_database_url
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import ConnectionHandler

from analytics import buffer, drain, spool, windows
from cms.moving import archive

POSTGRESQL = "django.db.backends.postgresql"


class CannotMove(RuntimeError):
    """The site stays where it is; the message says why."""


def check_source() -> None:
    """Refuse to read a database that this version does not know."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CannotMove(
            "The database of this site is not of this version. Run manage.py prepare, then move."
        )


def check_target(database_url: str) -> None:
    """Refuse what is no PostgreSQL, does not answer or holds anything."""
    try:
        parameters = dict(dj_database_url.parse(database_url))
    except ValueError:
        parameters = {}
    if parameters.get("ENGINE") != POSTGRESQL:
        raise CannotMove("The new address must be like postgres://user:password@host/name.")
    target = ConnectionHandler({"default": parameters})["default"]
    try:
        tables = set(target.introspection.table_names())
        # Tables and no user: a move before this one was interrupted.
        users = get_user_model()._meta.db_table
        is_ours = {MigrationRecorder.Migration._meta.db_table, users} <= tables
        if tables and not (is_ours and _is_empty(target, users)):
            raise CannotMove("The new database is not empty. Nothing was changed there.")
    except DatabaseError as error:
        reason = str(error).strip().splitlines()
        raise CannotMove(
            f"The new database does not answer: {reason[0] if reason else type(error).__name__}"
        ) from error
    finally:
        target.close()


def count_what_waits() -> None:
    """Drain streams and spool until nothing waits; CannotMove if the spool stays."""
    idle_rounds = 0
    # The first drain of an empty Redis only opens the streams: the spool can be fed after it.
    while idle_rounds < 2:
        now = datetime.now(UTC)
        fed = buffer.feed_spool(now=now)
        counted = sum(drain.drain_shard(shard, now=now).entry_count for shard in drain.shards())
        idle_rounds = 0 if fed or counted else idle_rounds + 1
    if spool.waiting_bytes():
        raise CannotMove("Views still wait on the disk: Redis does not take them.")
    windows.roll_windows(now=datetime.now(UTC))


def move(database_url: str, *, say: Callable[[str], None]) -> None:
    """Copy everything into the empty database at `database_url`, and check it there."""
    with tempfile.TemporaryDirectory(dir=settings.VAR_DIR) as directory:
        file = Path(directory) / "site.tar"
        archive.write(file, with_media=False, for_move=True, say=say)
        for command in (["migrate", "--verbosity", "0"], ["restore", str(file)]):
            _there(database_url, *command)
        _there(database_url, "verify_consent")


def _is_empty(target: BaseDatabaseWrapper, table: str) -> bool:
    with target.cursor() as cursor:
        name = target.ops.quote_name(table)
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {name})")  # noqa: S608  our own table
        return not cursor.fetchone()[0]


def _there(database_url: str, *command: str) -> None:
    # A file with the old address would win over the new one.
    here = {name: value for name, value in os.environ.items() if name != "DATABASE_URL_FILE"}
    result = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR,
        env=here | {"DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        lines = (result.stderr or result.stdout).strip().splitlines()
        raise CannotMove(f"{command[0]} failed in the new database: {lines[-1] if lines else ''}")
