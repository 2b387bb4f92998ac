"""The blocks an article's body is made of."""

from typing import Any

from django.apps import apps
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.images.blocks import ImageChooserBlock
from wagtail.rich_text import RichText

RICH_TEXT_FEATURES = ["bold", "italic", "link", "document-link", "ol", "ul", "h3"]
PARAGRAPH_FEATURES = ["bold", "italic", "link", "document-link"]


# Previews show the newsroom's own newest picture and article; a picker without them stays empty.


def _sample_pictures(count: int) -> list[Any]:
    from news.renditions import may_be_shown

    newest = apps.get_model("news.NewsImage").objects.order_by("-pk")[: 3 * count]
    return [image for image in newest if may_be_shown(image)][:count]


def _sample_picture() -> dict[str, Any]:
    return {"image": next(iter(_sample_pictures(1)), None), "layout": "full"}


def _sample_gallery() -> dict[str, Any]:
    pictures = [{"image": image, "layout": "full"} for image in _sample_pictures(2)]
    return {"title": gettext("The harbour in pictures"), "pictures": pictures}


def _sample_article() -> dict[str, Any]:
    articles = apps.get_model("news.ArticlePage").objects.published()
    return {"article": articles.defer_streamfields().newest_first().first()}


def _sample_note() -> dict[str, Any]:
    text = gettext("An earlier version named the wrong year.")
    return {"kind": "correction", "noted_at": timezone.now(), "text": RichText(f"<p>{text}</p>")}


def _sample_text() -> RichText:
    text = gettext("The ferry leaves every twenty minutes. On Sundays it begins at nine.")
    return RichText(f"<p>{text}</p>")


def _sample_table() -> dict[str, Any]:
    return {
        "columns": [
            {"type": "text", "heading": gettext("Line")},
            {"type": "number", "heading": gettext("Passengers")},
        ],
        "rows": [{"values": ["4", "12500"]}, {"values": ["11", "8200"]}],
        "caption": gettext("Passengers on a working day"),
    }


class TextBlock(blocks.RichTextBlock):
    """Rich text that shows itself in the picker; to migrations it is plain rich text."""

    canonical_module_path = "wagtail.blocks.RichTextBlock"

    class Meta:
        preview_value = staticmethod(_sample_text)


class TableBlock(TypedTableBlock):
    class Meta:
        preview_value = staticmethod(_sample_table)


class SubheadingBlock(blocks.CharBlock):
    class Meta:
        icon = "title"
        label = _("Subheading")
        template = "blocks/subheading_block.html"
        preview_value = _("What changes for commuters")
        max_length = 120


class CaptionedImageBlock(blocks.StructBlock):
    image = ImageChooserBlock(label=_("Picture"))
    alternative_text = blocks.CharBlock(
        label=_("Alternative text"),
        required=False,
        max_length=250,
        help_text=_("What the picture shows here; empty takes the picture's own description."),
    )
    caption = blocks.CharBlock(
        label=_("Caption"),
        required=False,
        max_length=300,
        help_text=_("Empty takes the picture's own caption."),
    )
    layout = blocks.ChoiceBlock(
        label=_("Layout"),
        choices=[("full", _("Full width")), ("inset", _("Inset"))],
        default="full",
    )

    class Meta:
        icon = "image"
        label = _("Picture with caption")
        template = "blocks/captioned_image_block.html"
        preview_value = staticmethod(_sample_picture)


class GalleryBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), required=False, max_length=120)
    pictures = blocks.ListBlock(CaptionedImageBlock(), label=_("Pictures"), min_num=2)

    class Meta:
        icon = "image"
        label = _("Gallery")
        template = "blocks/gallery_block.html"
        preview_value = staticmethod(_sample_gallery)


class QuotationBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("Quotation"))
    speaker = blocks.CharBlock(label=_("Speaker"), required=False, max_length=120)
    speaker_role = blocks.CharBlock(label=_("Role"), required=False, max_length=120)

    class Meta:
        icon = "openquote"
        label = _("Quotation")
        template = "blocks/quotation_block.html"
        preview_value = {
            "text": _("We measured for three years and were still surprised."),
            "speaker": _("Jane Doe"),
            "speaker_role": _("Harbour master"),
        }


class PullQuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("Text"), max_length=200)

    class Meta:
        icon = "openquote"
        label = _("Pull quote")
        template = "blocks/pull_quote_block.html"
        preview_value = {"text": _("Nobody had expected so much water.")}


class FactBoxBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), max_length=120)
    text = blocks.RichTextBlock(label=_("Text"), features=["bold", "italic", "link", "ul"])

    class Meta:
        icon = "info-circle"
        label = _("Fact box")
        template = "blocks/fact_box_block.html"
        preview_value = {
            "title": _("The harbour in figures"),
            "text": RichText("<ul><li>1886</li><li>4,2 km</li></ul>"),
        }


class ReadAlsoBlock(blocks.StructBlock):
    article = blocks.PageChooserBlock(label=_("Article"), page_type="news.ArticlePage")

    class Meta:
        icon = "link"
        label = _("Read also")
        template = "blocks/read_also_block.html"
        preview_value = staticmethod(_sample_article)


class DatedNoteBlock(blocks.StructBlock):
    kind = blocks.ChoiceBlock(
        label=_("Kind"),
        choices=[
            ("correction", _("Correction")),
            ("update", _("Update")),
            ("reply", _("Right of reply")),
        ],
    )
    noted_at = blocks.DateTimeBlock(label=_("Time"))
    text = blocks.RichTextBlock(label=_("Text"), features=["bold", "italic", "link"])

    class Meta:
        icon = "history"
        label = _("Dated note")
        template = "blocks/dated_note_block.html"
        preview_value = staticmethod(_sample_note)


class ClickToLoadEmbedBlock(blocks.StructBlock):
    url = blocks.URLBlock(label=_("Address"))
    title = blocks.CharBlock(label=_("What it shows"), max_length=150)

    class Meta:
        icon = "media"
        label = _("Embed")
        template = "blocks/click_to_load_embed_block.html"
        preview_value = {
            "url": "https://example.org/",
            "title": _("A map of the new bus lines"),
        }


class ArticleBodyBlock(blocks.StreamBlock):
    """The body of an article, in the order of the picker."""

    text = TextBlock(
        label=_("Text"),
        features=RICH_TEXT_FEATURES,
        template="blocks/rich_text_block.html",
        group=_("Text"),
    )
    subheading = SubheadingBlock(group=_("Text"))
    quotation = QuotationBlock(group=_("Text"))
    pull_quote = PullQuoteBlock(group=_("Text"))
    image = CaptionedImageBlock(group=_("Pictures"))
    gallery = GalleryBlock(group=_("Pictures"))
    embed = ClickToLoadEmbedBlock(group=_("Pictures"))
    table = TableBlock(
        [
            ("text", blocks.CharBlock(label=_("Text"), required=False)),
            ("number", blocks.DecimalBlock(label=_("Number"), required=False)),
        ],
        label=_("Table"),
        icon="table",
        template="blocks/table_block.html",
        group=_("Boxes"),
    )
    fact_box = FactBoxBlock(group=_("Boxes"))
    read_also = ReadAlsoBlock(group=_("Boxes"))
    note = DatedNoteBlock(group=_("Boxes"))


class StandardBodyBlock(blocks.StreamBlock):
    """The body of a standard page: text, pictures and tables."""

    text = TextBlock(
        label=_("Text"),
        features=["h2", *RICH_TEXT_FEATURES],
        template="blocks/rich_text_block.html",
    )
    image = CaptionedImageBlock()
    fact_box = FactBoxBlock()
