"""The models of the newsroom, by what they are about."""

from news.models.approval import SecondPersonTask
from news.models.authors import Author
from news.models.images import NewsImage, NewsRendition
from news.models.pages import (
    ArticleAuthor,
    ArticlePage,
    ArticleRelation,
    CommentMode,
    SectionPage,
)
from news.models.tags import ArticleTag, Tag

__all__ = [
    "ArticleAuthor",
    "ArticlePage",
    "ArticleRelation",
    "ArticleTag",
    "Author",
    "CommentMode",
    "NewsImage",
    "NewsRendition",
    "SecondPersonTask",
    "SectionPage",
    "Tag",
]
