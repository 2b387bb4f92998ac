"""How articles are edited in the admin, and what stands beside the form."""

from django.http import HttpResponse
from django.shortcuts import redirect
from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.views.pages.create import CreateView
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.viewsets.pages import PageViewSet

from news import approval
from news.admin.article_lists import SectionIndexView
from news.admin.content_checks import ContentChecksPanel
from news.models import ArticlePage, SectionPage
from news.staff_reports.article_views import ReadershipPanel


class ArticleCreateView(CreateView):
    def publish_action(self) -> HttpResponse:
        """Leave a new article a draft until the reason is given: Wagtail would save it live."""
        if approval.needs_reason(self.page, self.request.user, parent=self.parent_page):
            self.save_action()
            return redirect("publish_without_approval", self.page.pk)
        return super().publish_action()

    def get_side_panels(self) -> MediaContainer:
        return MediaContainer(
            [*super().get_side_panels(), ContentChecksPanel(self.page, self.request)]
        )


class ArticleEditView(EditView):
    def get_side_panels(self) -> MediaContainer:
        panels = [*super().get_side_panels(), ContentChecksPanel(self.page, self.request)]
        # Saving a draft changes nothing about its readers.
        is_whole_page = not self.expects_json_response
        if is_whole_page and ReadershipPanel.is_shown(self.page, self.request.user):
            panels.append(ReadershipPanel(self.page, self.request))
        return MediaContainer(panels)


class ArticleViewSet(PageViewSet):
    model = ArticlePage
    add_view_class = ArticleCreateView
    edit_view_class = ArticleEditView
    # The explorer inside a section.
    parent_models = (SectionPage,)
    index_view_class = SectionIndexView
    # The view knows both; the columns depend on who asks.
    columns = filterset_class = PageViewSet.UNDEFINED
