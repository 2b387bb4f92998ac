"""A database, a Redis and a clock for benchmarks: nothing of the site's own is touched."""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def bench_world() -> Iterator["subprocess.Popen[bytes]"]:
    """Set Django up on an engine of its own: SQLite, or a new database beside DATABASE_URL.

    Yields the Redis server of this world.
    """
    import psycopg

    url = os.environ.get("DATABASE_URL", "")
    with tempfile.TemporaryDirectory(prefix="redaktion-bench-") as directory:
        name = f"bench_{secrets.token_hex(4)}"
        if url.startswith("postgres"):
            with psycopg.connect(url, autocommit=True) as server:
                server.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
            os.environ["DATABASE_URL"] = url.rpartition("/")[0] + f"/{name}"
        else:
            os.environ["DATABASE_URL"] = f"sqlite:///{directory}/bench.sqlite3"
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "cms.settings",
            "VAR_DIR": directory,
            "KEY_PREFIX": f"bench-{name}",
            "SECRET_KEY": "only-for-benchmarks",
            "LOG_LEVEL": "ERROR",
        }
        os.environ.pop("REDIS_URL", None)
        try:
            yield from _started(Path(directory))
        finally:
            if url.startswith("postgres"):
                with psycopg.connect(url, autocommit=True) as server:
                    server.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]


def _started(directory: Path) -> Iterator["subprocess.Popen[bytes]"]:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from cms import embedded_redis

    redis = embedded_redis.start(settings.EMBEDDED_REDIS_SOCKET, directory / "redis")
    try:
        call_command("migrate", "analytics", verbosity=0)
        yield redis
    finally:
        connection.close()
        redis.terminate()
        with suppress(Exception):
            redis.wait(10)


def seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def analyze() -> None:
    """Let the planner know what the tables hold."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


# What PostgreSQL's autovacuum asks of a table, by its own settings or the server's.
_NEEDS_VACUUM = """
SELECT c.oid::regclass::text
FROM pg_class c JOIN pg_stat_user_tables s ON s.relid = c.oid,
LATERAL (
    SELECT
        coalesce(max(option_value) FILTER (WHERE option_name = 'autovacuum_vacuum_' || kind
            || 'threshold'), current_setting('autovacuum_vacuum_' || kind || 'threshold'))::float
        + coalesce(max(option_value) FILTER (WHERE option_name = 'autovacuum_vacuum_' || kind
            || 'scale_factor'), current_setting('autovacuum_vacuum_' || kind || 'scale_factor')
        )::float * greatest(c.reltuples, 0) AS limit_rows,
        kind
    FROM (VALUES (''), ('insert_')) AS kinds(kind)
    LEFT JOIN pg_options_to_table(c.reloptions) ON true
    GROUP BY kind
) AS rule
WHERE CASE kind WHEN '' THEN s.n_dead_tup ELSE s.n_ins_since_vacuum END > limit_rows
GROUP BY 1
"""


def autovacuum() -> None:
    """Vacuum what PostgreSQL's autovacuum would; a bench is over before that comes round."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT 1")
        cursor.execute(_NEEDS_VACUUM)
        for (table,) in cursor.fetchall():
            cursor.execute(f"VACUUM ANALYZE {table}")


def table_bytes(tables: Iterable[str]) -> dict[str, int]:
    """Return what tables take on disk with their indexes."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' "
                "AND relname = ANY(%s)",
                [list(tables)],
            )
        else:
            cursor.execute(
                "SELECT tbl_name, SUM(pgsize) FROM dbstat JOIN sqlite_schema USING (name) "
                "GROUP BY tbl_name"
            )
        sizes = dict(cursor.fetchall())
    return {table: sizes.get(table, 0) for table in tables}


def best_of(count: int, act: Callable[[], object]) -> float:
    return min(seconds(act) for _ in range(count))


def report(what: str, figure: str, *, ratio: str = "", target: str = "") -> None:
    """Print one line: what, the figure, its ratio to a floor of this run, and the target."""
    sys.stdout.write(f"{what:<58} {figure:>18} {ratio:>16}  {target}\n")
    sys.stdout.flush()
