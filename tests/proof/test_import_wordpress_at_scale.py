"""Exports as large as they come: how long they take, and that memory does not grow with them."""

import random
import sys
from pathlib import Path

import pytest

from tests.news.wordpress import wxr
from tests.proof.newspaper import MEGABYTE, Measured, Newspaper

WORDS = [
    "Der", "Hafen", "wächst", "und", "die", "Stadt", "streitet", "über", "Zölle", "Kräne",
    "Schiffe", "Ämter", "Gebühren", "Menschen", "Arbeit", "Lohn", "Rat", "Haushalt", "Bürger",
]  # fmt: skip
AUTHORS, SECTIONS, TAGS = 20, 12, 300
SECONDS_FOR_TEN_THOUSAND = 12 * 60
MOST_MEGABYTES = 300
GIGABYTE = 1024 * MEGABYTE

pytestmark = [pytest.mark.proof, pytest.mark.timeout(3 * 3600)]


def write_export(
    path: Path, *, posts: int, body_bytes: int, comments: int, whole_bytes: int = 0
) -> int:
    """Write posts until there are so many, or the file is so large; return how many."""
    dice = random.Random(5)
    with path.open("w", encoding="utf-8") as file:
        file.write(wxr.HEAD.format(version="1.2", url=wxr.URL))
        for number in range(AUTHORS):
            file.write(wxr.writer(f"autor{number}", f"Autor {number}", id=number + 1))
        for number in range(SECTIONS):
            file.write(wxr.category(f"ressort{number}", id=number + 1))
        for number in range(TAGS):
            file.write(wxr.tag(f"schlagwort{number}", id=50 + number))
        written = 0
        while written < posts and (not whole_bytes or file.tell() < whole_bytes):
            written += 1
            file.write(_post(written, posts, body_bytes, comments, dice))
        file.write("</channel></rss>\n")
    return written


def _post(number: int, posts: int, body_bytes: int, comments: int, dice: random.Random) -> str:
    body: list[str] = []
    length = 0
    while length < body_bytes:
        body.append(_block(len(body), posts, dice))
        length += len(body[-1].encode())
    tags = {dice.randrange(TAGS) for _ in range(3)}
    first = number * comments
    return wxr.item(
        number,
        content="\n\n".join(body),
        creator=f"autor{number % AUTHORS}",
        terms=[("category", f"ressort{number % SECTIONS}", "x")]
        + [("post_tag", f"schlagwort{tag}", "x") for tag in tags],
        comments=[
            wxr.comment(first + place, " ".join(dice.choices(WORDS, k=40)), parent=first)
            for place in range(comments)
        ],
    )


def _block(place: int, posts: int, dice: random.Random) -> str:
    words = " ".join(dice.choices(WORDS, k=60))
    if place % 9 == 4:
        return f"<!-- wp:heading -->\n<h2>{words[:60]}</h2>\n<!-- /wp:heading -->"
    if place % 9 == 6:
        items = "".join(f"<li>{word}</li>" for word in words.split()[:8])
        return f"<!-- wp:list -->\n<ul>{items}</ul>\n<!-- /wp:list -->"
    link = f' <a href="{wxr.URL}/?p={dice.randint(1, posts)}">mehr</a>' if place % 3 == 0 else ""
    return f"<!-- wp:paragraph -->\n<p>{words}{link}.</p>\n<!-- /wp:paragraph -->"


def is_flat(megabytes: list[float]) -> bool:
    """Whether the second half needed no more than the first, once everything was loaded."""
    half = len(megabytes) // 2
    return max(megabytes[half:]) < 1.15 * max(megabytes[half // 4 : half])


def tell(capsys: pytest.CaptureFixture[str], what: str, measured: Measured) -> None:
    with capsys.disabled():
        sys.stdout.write(
            f"\n{what}: {measured.seconds:.0f} s, {measured.peak:.0f} MB at most"
            f" (first quarter {max(measured.megabytes[: len(measured.megabytes) // 4]):.0f})\n"
        )


def test_ten_thousand_posts_with_twice_as_many_comments(
    site: Newspaper, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "export.xml"
    write_export(path, posts=10_000, body_bytes=4_000, comments=2)

    measured = site.measure("import_wordpress", str(path))

    tell(capsys, "10,000 posts, 20,000 comments", measured)
    assert site.count("news_articlepage") == 10_000
    assert site.count("reader_comments_readercomment") == 20_000
    assert measured.seconds < SECONDS_FOR_TEN_THOUSAND
    assert measured.peak < MOST_MEGABYTES
    assert is_flat(measured.megabytes)


def test_an_export_of_a_gigabyte(
    site: Newspaper, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "export.xml"
    posts = write_export(path, posts=100_000, body_bytes=160_000, comments=4, whole_bytes=GIGABYTE)
    assert path.stat().st_size >= GIGABYTE

    measured = site.measure("import_wordpress", str(path))

    path.unlink()
    tell(capsys, f"1 GB in {posts:,} posts", measured)
    assert site.count("news_articlepage") == posts
    assert measured.peak < MOST_MEGABYTES
    assert is_flat(measured.megabytes)
