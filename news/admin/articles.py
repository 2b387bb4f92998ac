"""Articles in the admin: how they are edited and how they are listed."""

from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.viewsets.pages import PageViewSet

from news.admin.content_checks import ContentChecksPanel
from news.models import ArticlePage


class ArticleEditView(EditView):
    def get_side_panels(self) -> MediaContainer:
        panels = super().get_side_panels()
        return MediaContainer([*panels, ContentChecksPanel(self.page, self.request)])


class ArticleViewSet(PageViewSet):
    model = ArticlePage
    edit_view_class = ArticleEditView
