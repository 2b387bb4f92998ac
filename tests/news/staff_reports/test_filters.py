"""Which filters leave whole parts of the tree: those are summed beforehand."""

import pytest
from django.http import QueryDict
from django.utils import timezone
from wagtail.models import Locale, Page

from news.staff_reports.filters import ReportFilters
from tests.factories import make_article, make_home, make_section

pytestmark = pytest.mark.django_db


def roots(query: str, paths: list[str] | None = None) -> list[str]:
    return ReportFilters(QueryDict(query), now=timezone.now(), paths=paths).roots


def test_a_section_and_a_language_are_parts_of_the_tree_and_others_are_not():
    english = make_home(language="en")
    culture = make_section("Kultur")
    make_article("Oper", section=culture, tags=("Musik",))
    make_article("Opera", section=make_section("Culture", parent=english))
    german = make_home()

    assert roots("") == []
    assert roots(f"section={culture.pk}") == [culture.path]
    assert roots("language=en") == [english.path]
    # the page that a new database comes with is German as well
    assert set(roots("language=de")) >= {german.path}
    assert english.path not in roots("language=de")
    assert roots("", paths=[culture.path]) == [culture.path]
    assert roots("language=de", paths=[culture.path]) == []
    assert roots(f"section={culture.pk}&tag=musik") == []


def test_a_page_among_those_of_another_language_is_looked_for_by_itself():
    make_home(language="en")
    article = make_article("Opera", section=make_section("Kultur"))
    Page.objects.filter(pk=article.pk).update(locale=Locale.objects.get(language_code="en"))

    assert roots("language=en") == roots("language=de") == []
