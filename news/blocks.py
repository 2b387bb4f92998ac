"""The blocks an article's body is made of."""

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.rich_text import RichText

from news import block_samples
from news.references import ArticleChooserBlock, PictureChooserBlock

# What articles from elsewhere bring along has to be here too: the editor drops the rest on saving.
RICH_TEXT_FEATURES = [
    *("bold", "italic", "link", "document-link", "ol", "ul", "h3"),
    *("superscript", "subscript", "strikethrough", "code"),
]


class TextBlock(blocks.RichTextBlock):
    """Rich text that shows itself in the picker; to migrations it is plain rich text."""

    canonical_module_path = "wagtail.blocks.RichTextBlock"

    class Meta:
        preview_value = staticmethod(block_samples.text)


class TableBlock(TypedTableBlock):
    class Meta:
        preview_value = staticmethod(block_samples.table)


class SubheadingBlock(blocks.CharBlock):
    class Meta:
        icon = "title"
        label = _("Subheading")
        template = "blocks/subheading_block.html"
        preview_value = _("What changes for commuters")


class PictureValue(blocks.StructValue):
    """A picture at one place: the words it carries there, else its own."""

    @property
    def alternative_text_here(self) -> str:
        if self.get("is_decorative") or not self.get("image"):
            return ""
        return self.get("alternative_text") or self["image"].description

    @property
    def caption_here(self) -> str:
        if not self.get("image"):
            return ""
        return self.get("caption") or self["image"].caption


class CaptionedImageBlock(blocks.StructBlock):
    image = PictureChooserBlock(label=_("Picture"))
    alternative_text = blocks.CharBlock(
        label=_("Alternative text"),
        required=False,
        max_length=250,
        help_text=_("What the picture shows here; empty takes the picture's own description."),
    )
    is_decorative = blocks.BooleanBlock(
        label=_("Decoration only"),
        required=False,
        help_text=_("Readers who cannot see it miss nothing: it is not read out to them."),
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
        value_class = PictureValue
        preview_value = staticmethod(block_samples.picture)


class GalleryBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), required=False, max_length=120)
    pictures = blocks.ListBlock(CaptionedImageBlock(), label=_("Pictures"), min_num=2)

    class Meta:
        icon = "image"
        label = _("Gallery")
        template = "blocks/gallery_block.html"
        preview_value = staticmethod(block_samples.gallery)


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
    article = ArticleChooserBlock(label=_("Article"), page_type="news.ArticlePage")

    class Meta:
        icon = "link"
        label = _("Read also")
        template = "blocks/read_also_block.html"
        preview_value = staticmethod(block_samples.article)


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
        preview_value = staticmethod(block_samples.note)


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


class SourceTextBlock(blocks.TextBlock):
    """Text whose white space has a meaning, at the beginning as well."""

    canonical_module_path = "wagtail.blocks.TextBlock"

    @cached_property
    def field(self) -> forms.Field:
        field = super().field
        field.strip = False
        return field


class CodeBlock(blocks.StructBlock):
    title = blocks.CharBlock(
        label=_("Title"), required=False, max_length=120, help_text=_("What the lines are.")
    )
    text = SourceTextBlock(label=_("Lines"), rows=6)

    class Meta:
        icon = "code"
        label = _("Code or fixed lines")
        template = "blocks/code_block.html"
        preview_value = {
            "title": _("Departures from Quay 3"),
            "text": "06:00  07:00  08:00\n09:30  11:00  12:30",
        }


class SeparatorBlock(blocks.StaticBlock):
    class Meta:
        icon = "minus"
        label = _("Separator")
        admin_text = _("A line between two parts of the text.")
        template = "blocks/separator_block.html"
        preview_value = True  # anything: the block has no value of its own


class ArticleBodyBlock(blocks.StreamBlock):
    """The body of an article, in the order of the picker."""

    text = TextBlock(
        label=_("Text"),
        features=RICH_TEXT_FEATURES,
        template="blocks/rich_text_block.html",
        group=_("Text"),
    )
    subheading = SubheadingBlock(max_length=120, group=_("Text"))
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
    separator = SeparatorBlock(group=_("Rarely needed"))
    code = CodeBlock(group=_("Rarely needed"))


class StandardBodyBlock(blocks.StreamBlock):
    """The body of a standard page: text, pictures and tables."""

    text = TextBlock(
        label=_("Text"),
        features=["h2", *RICH_TEXT_FEATURES],
        template="blocks/rich_text_block.html",
    )
    image = CaptionedImageBlock()
    fact_box = FactBoxBlock()
