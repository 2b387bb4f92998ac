"""Where the newsroom plugs into the Wagtail admin."""

from django.urls import URLPattern, path
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from news.admin.images import NewsImageIndexView
from news.admin.snippets import NewsroomViewSetGroup

register_snippet(NewsroomViewSetGroup)


# Before Wagtail's own, so that the same addresses reach our list.
@hooks.register("register_admin_urls", order=-1)
def register_image_list() -> list[URLPattern]:
    return [
        path("images/", NewsImageIndexView.as_view()),
        path("images/results/", NewsImageIndexView.as_view(results_only=True)),
    ]
