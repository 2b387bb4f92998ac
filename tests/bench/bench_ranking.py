"""How long `top_pages` takes for a section with a tag among 20,000 pages, and by trend.

And the box of the most read on a page, from what the process keeps for some seconds.
"""

import random
from statistics import median

from tests.bench.world import bench_world, report, seconds

PAGES = 20_000
SECTIONS = 10
TAGS = 200
BUCKET_ROWS = 150_000
TIMES = 30


def main() -> None:
    with bench_world():
        from datetime import UTC, datetime

        from django.core.management import call_command
        from django.db import connection, transaction

        call_command("migrate", verbosity=0)
        from django.contrib.contenttypes.models import ContentType
        from django.template import Context, Template
        from django.test import RequestFactory
        from wagtail.models import Locale, Page, Site

        from analytics.models import PageBucket, WindowTotal
        from analytics.ranking import top_pages
        from analytics.upserts import COUNTS, add_rows
        from analytics.windows import roll_windows
        from news.models import ArticlePage, ArticleTag, Tag

        dice = random.Random(7)
        now = datetime.now(UTC).replace(minute=7)
        newest = int(now.timestamp()) // 900
        locale = Locale.objects.get_or_create(language_code="de")[0]
        kind = ContentType.objects.get_for_model(ArticlePage)
        root = Site.objects.get(is_default_site=True).root_page
        sections = [
            root.add_child(instance=Page(title=f"Ressort {n}", slug=f"r-{n}", locale=locale))
            for n in range(SECTIONS)
        ]
        first_id = max(section.pk for section in sections) + 1
        with transaction.atomic():
            Page.objects.bulk_create(
                Page(
                    id=first_id + number,
                    path=sections[number % SECTIONS].path + f"{number // SECTIONS + 1:04d}",
                    depth=sections[0].depth + 1,
                    title=f"Artikel {number}",
                    draft_title=f"Artikel {number}",
                    slug=f"a-{number}",
                    url_path=f"{sections[number % SECTIONS].url_path}a-{number}/",
                    live=True,
                    locale=locale,
                    content_type=kind,
                )
                for number in range(PAGES)
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
                    "WHERE page.id > %s AND news_articlepage.page_ptr_id = %s",
                    [first_id, first_id],
                )
            tags = [Tag.objects.create(name=f"Thema {n}", slug=f"t-{n}") for n in range(TAGS)]
            ArticleTag.objects.bulk_create(
                ArticleTag(content_object_id=first_id + number, tag=tag)
                for number in range(PAGES)
                for tag in dice.sample(tags, 3)
            )
            rows = {
                (first_id + dice.randrange(PAGES), newest - dice.randrange(672))
                for _ in range(BUCKET_ROWS)
            }
            figures = (4, 2, 2, 1, 60)
            add_rows(
                PageBucket,
                ["page_id", "bucket"],
                COUNTS,
                [(page, bucket, *figures) for page, bucket in rows],
            )
        roll_windows(now=now)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")

        def taken(**wishes: object) -> float:
            top_pages(now=now, **wishes)  # type: ignore[arg-type]
            return median(
                seconds(lambda: top_pages(now=now, **wishes))  # type: ignore[arg-type]
                for _ in range(TIMES)
            )

        def floor() -> None:
            list(
                WindowTotal.objects.filter(window="7d")
                .order_by("-visits")
                .values_list("page_id", "visits", "views")[:10]
            )

        floor_seconds = median(seconds(floor) for _ in range(TIMES))
        report(f"floor: ten totals, nothing asked, {connection.vendor}", ms(floor_seconds))
        for name, wishes, target in (
            ("top_pages", {}, ""),
            ("top_pages, section and tag", {"scope": sections[3].pk, "tag": "t-7"}, "10 ms"),
            ("top_pages, trending in 24 h", {"signal": "trending", "window": "24h"}, ""),
        ):
            found = taken(**wishes)
            report(
                f"{name}, {PAGES:,} pages",
                ms(found),
                ratio=f"{found / floor_seconds:.1f} x floor",
                target=target,
            )

        box = Template("{% load news_tags %}{% most_read_box page %}")
        context = Context({"page": sections[0], "request": RequestFactory().get("/")})
        assert box.render(context).count("most-read__item") > 1
        report(
            "box of the most read, from the process's memory",
            ms(median(seconds(lambda: box.render(context)) for _ in range(TIMES))),
            target="0.3 ms",
        )


def ms(duration: float) -> str:
    return f"{duration * 1000:.2f} ms"


if __name__ == "__main__":
    main()
