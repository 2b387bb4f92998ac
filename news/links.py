"""Links in texts, as readers get them while a body is rendered."""

from django.db.models import Model
from django.utils.html import escape
from wagtail.documents.rich_text import DocumentLinkHandler
from wagtail.rich_text.pages import PageLinkHandler

from news import references


class PageLinks(PageLinkHandler):
    """Links to pages; one that readers do not get leaves the words without a link."""

    @classmethod
    def expand_db_attributes_many(cls, attrs_list: list[dict[str, str]]) -> list[str]:
        known = references.fetched()
        if known is None:
            return super().expand_db_attributes_many(attrs_list)
        return [_link(known.address_of(_number(attrs))) for attrs in attrs_list]


class DocumentLinks(DocumentLinkHandler):
    @classmethod
    def get_many(cls, attrs_list: list[dict[str, str]]) -> list[Model | None]:
        known = references.fetched()
        if known is None:
            return super().get_many(attrs_list)
        return [known.documents.get(_number(attrs)) for attrs in attrs_list]


def _link(address: str) -> str:
    return f'<a href="{escape(address)}">' if address else "<a>"


def _number(attrs: dict[str, str]) -> int:
    pk = attrs.get("id", "")
    return int(pk) if pk.isdecimal() else 0
