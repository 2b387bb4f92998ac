"""Where a user's own settings for reports, and the link in the user bar, plug into Wagtail."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path
from wagtail import hooks
from wagtail.admin.userbar import BaseItem
from wagtail.models import Page

from news.models import ArticlePage
from news.staff_reports.account import DigestPanel, TokensPanel, TokensView
from news.staff_reports.article import may_see

hooks.register("register_account_settings_panel", DigestPanel)
hooks.register("register_account_settings_panel", TokensPanel)


@hooks.register("register_admin_urls")
def register_tokens() -> list[URLPattern]:
    return [path("account/api-tokens/", TokensView.as_view(), name="report_tokens")]


class ReadershipItem(BaseItem):
    """Leads from a page to what is known of its readers."""

    template_name = "staff_reports/userbar_item.html"

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page


@hooks.register("construct_wagtail_userbar")
def add_readership(request: HttpRequest, items: list[Any], page: Page | None) -> None:
    article = page.specific if page else None
    if not isinstance(article, ArticlePage) or article.first_published_at is None:
        return
    if may_see(request.user, article):
        items.append(ReadershipItem(article))
