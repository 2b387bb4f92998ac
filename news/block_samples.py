"""What the blocks show of themselves in the picker.

Previews show the newsroom's own newest picture and article; a picker without them stays empty.
"""

from typing import Any

from django.apps import apps
from django.utils import timezone
from django.utils.translation import gettext
from wagtail.rich_text import RichText


def newest_pictures(count: int) -> list[Any]:
    from news.renditions import may_be_shown

    newest = apps.get_model("news.NewsImage").objects.order_by("-pk")[: 3 * count]
    return [image for image in newest if may_be_shown(image)][:count]


def picture() -> dict[str, Any]:
    return {"image": next(iter(newest_pictures(1)), None), "layout": "full"}


def gallery() -> dict[str, Any]:
    pictures = [{"image": image, "layout": "full"} for image in newest_pictures(2)]
    return {"title": gettext("The harbour in pictures"), "pictures": pictures}


def article() -> dict[str, Any]:
    articles = apps.get_model("news.ArticlePage").objects.published()
    return {"article": articles.defer_streamfields().newest_first().first()}


def note() -> dict[str, Any]:
    text = gettext("An earlier version named the wrong year.")
    return {"kind": "correction", "noted_at": timezone.now(), "text": RichText(f"<p>{text}</p>")}


def text() -> RichText:
    sentences = gettext("The ferry leaves every twenty minutes. On Sundays it begins at nine.")
    return RichText(f"<p>{sentences}</p>")


def table() -> dict[str, Any]:
    return {
        "columns": [
            {"type": "text", "heading": gettext("Line")},
            {"type": "number", "heading": gettext("Passengers")},
        ],
        "rows": [{"values": ["4", "12500"]}, {"values": ["11", "8200"]}],
        "caption": gettext("Passengers on a working day"),
    }
