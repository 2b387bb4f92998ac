"""Every block at the limits: nothing in it, and everything an editor may put there."""

import re
from typing import Any

import pytest
from django.utils import translation
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter
from wagtail.blocks import Block, ListBlock, StructBlock

from news.blocks import RICH_TEXT_FEATURES, ArticleBodyBlock, StandardBodyBlock
from tests.factories import make_image

pytestmark = pytest.mark.django_db

BODIES = {"article": ArticleBodyBlock(), "standard": StandardBodyBlock()}
BLOCKS = [
    pytest.param(block, id=f"{body}-{name}")
    for body, stream in BODIES.items()
    for name, block in stream.child_blocks.items()
]


def empty_values(block: Block) -> list[Any]:
    """What a draft may hold: the default, and whatever a form sends with nothing filled in."""
    values = [block.get_default()]
    if isinstance(block, StructBlock):
        values += [block.to_python({}), block.normalize({})]
        values += [
            block.normalize({name: None})
            for name, child in block.child_blocks.items()
            if not isinstance(child, ListBlock)
        ]
        values += [
            block.to_python({name: [{"type": "item", "id": "x", "value": {}}]})
            for name, child in block.child_blocks.items()
            if isinstance(child, ListBlock)
        ]
    return values


@pytest.mark.parametrize("block", BLOCKS)
def test_every_block_survives_having_nothing_in_it(block: Block):
    for value in empty_values(block):
        html = block.render(value)

        assert "None" not in html
        assert not re.findall(r"<img|<a |<blockquote", html)


@pytest.mark.parametrize("block", BLOCKS)
def test_every_block_has_a_template_a_preview_and_an_icon_of_its_own(block: Block):
    assert block.meta.template.startswith("blocks/")
    assert block.is_previewable
    assert block.meta.icon != "placeholder"


def test_every_block_of_an_article_stands_in_a_group():
    with translation.override("en"):
        groups = [str(block.meta.group) for block in ArticleBodyBlock().child_blocks.values()]

    assert list(dict.fromkeys(groups)) == [
        "Text",
        "Pictures",
        "Boxes",
        "Rarely needed",
    ]


@pytest.mark.parametrize(
    ("fields", "alt", "caption"),
    [
        ({}, "Ein Kran", "Der Kran am Kai"),
        ({"alternative_text": "Ein Haken", "caption": "Nah"}, "Ein Haken", "Nah"),
        ({"alternative_text": "Ein Haken", "is_decorative": True}, "", "Der Kran am Kai"),
    ],
)
def test_a_picture_carries_its_own_words_unless_the_place_says_otherwise(fields, alt, caption):
    image = make_image(description="Ein Kran", caption="Der Kran am Kai", creator="Lena Muster")
    block = ArticleBodyBlock().child_blocks["image"]

    html = block.render(block.to_python({"image": image.pk} | fields))

    assert f'alt="{alt}"' in html
    assert caption in html
    assert "Lena Muster" in html


def test_fixed_lines_keep_their_white_space_and_run_nothing():
    block = ArticleBodyBlock().child_blocks["code"]
    lines = "  06:00  07:00\n\t<script>alert(1)</script>"

    value = block.clean(
        block.value_from_datadict({"b-title": "", "b-text": lines}, {}, "b"),
    )

    assert "<code>  06:00  07:00\n\t&lt;script&gt;" in block.render(value)


def test_a_subheading_is_no_paragraph():
    block = ArticleBodyBlock().child_blocks["subheading"]

    assert block.field.max_length == 120


@pytest.mark.parametrize("tag", ["sub", "sup", "s", "code", "b", "i"])
def test_the_editor_keeps_what_imported_text_brings_along(tag):
    converter = ContentstateConverter(RICH_TEXT_FEATURES)
    html = f"<p>H<{tag}>2</{tag}>O</p>"

    kept = converter.to_database_format(converter.from_database_format(html))

    assert f"<{tag}>2</{tag}>" in kept
