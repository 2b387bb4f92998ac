"""How long the reports take with 20,000 articles and 12 months of sums, about 50 million visits.

`REPORTS_BENCH_DAYS` and `REPORTS_BENCH_ARTICLES` make a smaller archive.
"""

import os
import sys
import time
from functools import partial
from statistics import median

from tests.bench.world import bench_world, report, seconds

ARTICLES = int(os.environ.get("REPORTS_BENCH_ARTICLES", "20000"))
DAYS = int(os.environ.get("REPORTS_BENCH_DAYS", "365"))
VISITS_PER_DAY = 137_000
SECTIONS, AUTHORS, TAGS = 10, 40, 200
TIMES = 7


def make_archive() -> dict[str, int]:
    """Write sections, authors, tags and articles that were published evenly over the days."""
    import random
    from datetime import timedelta

    from django.contrib.contenttypes.models import ContentType
    from django.db import connection, transaction
    from django.utils import timezone
    from wagtail.models import Locale, Page

    from news.models import ArticleAuthor, ArticlePage, ArticleTag, Author, SectionPage, Tag

    dice, now = random.Random(7), timezone.now()
    locale = Locale.objects.get_or_create(language_code="de")[0]
    kind = ContentType.objects.get_for_model(ArticlePage)
    root = Page.objects.get(depth=1)
    home = root.add_child(instance=Page(title="Start", slug="start", locale=locale))
    sections = [
        home.add_child(instance=SectionPage(title=f"Ressort {n}", slug=f"r-{n}", locale=locale))
        for n in range(SECTIONS)
    ]
    first_id = sections[-1].pk + 1
    with transaction.atomic():
        Page.objects.bulk_create(
            (
                Page(
                    id=first_id + number,
                    path=sections[number % SECTIONS].path + f"{number // SECTIONS + 1:04d}",
                    depth=4,
                    title=f"Artikel {number}",
                    draft_title=f"Artikel {number}",
                    slug=f"a-{number}",
                    url_path=f"/{number}/",
                    live=True,
                    locale=locale,
                    content_type=kind,
                    first_published_at=now - timedelta(days=DAYS * number / ARTICLES),
                )
                for number in range(ARTICLES)
            ),
            batch_size=500,
        )
        first = ArticlePage(page_ptr_id=first_id, standfirst="")
        first.__dict__.update(Page.objects.get(pk=first_id).__dict__)
        first.save_base(raw=True)
        fields = [f for f in ArticlePage._meta.local_concrete_fields if not f.primary_key]
        columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
        selected = ", ".join(f"news_articlepage.{field.column}" for field in fields)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO news_articlepage (page_ptr_id, {columns}) "
                f"SELECT page.id, {selected} FROM news_articlepage, wagtailcore_page AS page "
                "WHERE page.id > %s AND page.depth = 4 AND news_articlepage.page_ptr_id = %s",
                [first_id, first_id],
            )
        authors = [Author.objects.create(name=f"Autor {n}", slug=f"p-{n}") for n in range(AUTHORS)]
        tags = [Tag.objects.create(name=f"Thema {n}", slug=f"t-{n}") for n in range(TAGS)]
        ids = range(first_id, first_id + ARTICLES)
        ArticleAuthor.objects.bulk_create(
            (ArticleAuthor(article_id=pk, author=dice.choice(authors)) for pk in ids),
            batch_size=2000,
        )
        ArticleTag.objects.bulk_create(
            (
                ArticleTag(content_object_id=pk, tag=tag)
                for pk in ids
                for tag in dice.sample(tags, 3)
            ),
            batch_size=2000,
        )
    return {
        "section": sections[3].pk,
        "author": authors[0].pk,
        "article": first_id + ARTICLES // 4,
    }


def main() -> None:
    with bench_world():
        from django.core.management import call_command
        from django.db import connection
        from django.test import Client
        from django.test.utils import CaptureQueriesContext

        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        from django.conf import settings
        from django.contrib.auth import get_user_model

        from analytics.models import PageDay, PageDayDimension

        settings.ALLOWED_HOSTS = ["*"]
        started = time.perf_counter()
        keys = make_archive()
        call_command("seed_traffic", days=DAYS, visits_per_day=VISITS_PER_DAY, verbosity=0)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
        report(f"seed, {connection.vendor}", f"{time.perf_counter() - started:.0f} s")
        report("rows by page and day", f"{PageDay.objects.count():,}")
        report("rows by page, day and value", f"{PageDayDimension.objects.count():,}")
        client = Client()
        user = get_user_model().objects.create_superuser("bench", "bench@example.org", "x")
        client.force_login(user)

        def ask(address: str) -> None:
            answer = client.get(address)
            assert answer.status_code == 200, (address, answer.status_code)
            answer.render() if hasattr(answer, "render") and not answer.is_rendered else None

        floor = "/admin/analytics/now/"
        ask(floor)
        floor_seconds = median(seconds(lambda: ask(floor)) for _ in range(TIMES))
        report("floor: the fragment with readers now", f"{floor_seconds * 1000:.0f} ms")
        limit = "300 ms" if connection.vendor == "postgresql" else "500 ms"
        for name, address, target in (
            ("overview, now", "?period=now", limit),
            ("overview, 7 days", "?period=7d", limit),
            ("overview, 28 days", "?period=28d", limit),
            ("overview, 90 days", "?period=90d", limit),
            ("overview, 12 months", "?period=12m", limit),
            ("section, 7 days", f"section/{keys['section']}/?period=7d", limit),
            ("section, 28 days", f"section/{keys['section']}/?period=28d", limit),
            ("section, 12 months", f"section/{keys['section']}/?period=12m", limit),
            ("author, 28 days", f"author/{keys['author']}/?period=28d", "1,500 ms"),
            ("author, 12 months", f"author/{keys['author']}/?period=12m", "1,500 ms"),
            ("article", f"article/{keys['article']}/", limit),
            ("tag, 12 months", "?period=12m&tag=t-7", "1,500 ms"),
            ("language, 12 months", "?period=12m&language=de", "1,500 ms"),
            ("language, 28 days", "?period=28d&language=de", "1,500 ms"),
            ("channel, 28 days", "?period=28d&channel=search", "1,500 ms"),
            ("channel, 12 months", "?period=12m&channel=search", "1,500 ms"),
            (
                "section and channel, 12 months",
                f"?period=12m&channel=search&section={keys['section']}",
                "1,500 ms",
            ),
            ("table of articles, 12 months", "table/articles/?period=12m", ""),
            ("newsroom, 12 months", "newsroom/?period=12m", ""),
        ):
            address = f"/admin/analytics/{address}"
            ask(address)
            with CaptureQueriesContext(connection) as captures:
                ask(address)
            # each request that follows forgets the log
            captured = list(captures)
            took = median(seconds(partial(ask, address)) for _ in range(TIMES))
            if "-v" in sys.argv:
                for query in sorted(captured, key=lambda query: -float(query["time"]))[:3]:
                    sys.stdout.write(f"    {query['time']} s  {query['sql'][:300]}\n")
            report(
                f"{name} ({len(captured)} queries)",
                f"{took * 1000:.0f} ms",
                ratio=f"{took / floor_seconds:.1f} x floor",
                target=target,
            )


if __name__ == "__main__":
    main()
