"""Addresses of the newsroom; those for readers are translated, those for machines are not."""

from django.urls import path, re_path
from django.utils.translation import gettext_lazy as _
from wagtail.images.views.serve import ServeView

from news import api, feeds, sitemaps, views
from news.staff_reports import api as reports_api

localized_urlpatterns = [
    path(_("search/"), views.search, name="search"),
    path(_("author/<slug:slug>/"), views.author, name="author"),
    path(_("author/<slug:slug>/feed/"), feeds.AuthorFeed(), name="author_feed"),
    path(_("author/<slug:slug>/feed/atom/"), feeds.AuthorAtomFeed(), name="author_atom_feed"),
    path(_("tag/<str:slug>/"), views.tag, name="tag"),
    path(_("tag/<str:slug>/feed/"), feeds.TagFeed(), name="tag_feed"),
    path(_("tag/<str:slug>/feed/atom/"), feeds.TagAtomFeed(), name="tag_atom_feed"),
    path("feed/", feeds.SiteFeed(), name="feed"),
    path("feed/atom/", feeds.SiteAtomFeed(), name="atom_feed"),
]

urlpatterns = [
    path("api/most-read/", api.most_read_articles, name="most_read"),
    path("api/reports/", reports_api.overview, name="reports_api_overview"),
    path("api/reports/tables/<slug:table>/", reports_api.table, name="reports_api_table"),
    path("api/reports/articles/<int:pk>/", reports_api.article, name="reports_api_article"),
    path("api/reports/newsroom/", reports_api.newsroom, name="reports_api_newsroom"),
    path("api/reports/now/", reports_api.now, name="reports_api_now"),
    path("api/reports/quality/", reports_api.quality, name="reports_api_quality"),
    path("sitemap.xml", sitemaps.index, name="sitemap_index"),
    path("sitemap-<int:part>.xml", sitemaps.sitemap, name="sitemap"),
    path("news-sitemap.xml", sitemaps.news_sitemap, name="news_sitemap"),
    # Pictures whose rendition is still missing, at signed addresses.
    re_path(
        r"^_/images/([^/]*)/(\d*)/([^/]*)/[^/]*$", ServeView.as_view(), name="wagtailimages_serve"
    ),
]
