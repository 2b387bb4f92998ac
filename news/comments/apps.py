from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommentsConfig(AppConfig):
    name = "news.comments"
    label = "reader_comments"
    verbose_name = _("Reader comments")

    def ready(self) -> None:
        from news.comments import receivers  # noqa: F401  app ready
