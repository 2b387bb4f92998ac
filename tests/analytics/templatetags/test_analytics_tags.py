from pathlib import Path

import pytest
from django.template import Context, Template
from django.test import RequestFactory

import analytics
from tests.analytics.pages import make_page

pytestmark = pytest.mark.django_db
SCRIPT = Path(analytics.__file__).parent / "static" / "analytics" / "beacon.js"


def rendered(page, **attributes):
    request = RequestFactory().get("/")
    for name, value in attributes.items():
        setattr(request, name, value)
    template = Template("{% load analytics_tags %}{% beacon page %}")
    return template.render(Context({"page": page, "request": request}))


def test_script_and_image_for_a_live_page(settings):
    settings.ANALYTICS_ENGAGEMENT = False
    page = make_page()

    assert rendered(page) == (
        f'<script src="/static/analytics/beacon.js" defer data-page="{page.pk}"></script>'
        f'<noscript><img src="/_/view.gif?page={page.pk}" alt="" width="1" height="1"></noscript>'
    )


def test_engagement_is_asked_for_only_if_it_is_on(settings):
    settings.ANALYTICS_ENGAGEMENT = True
    page = make_page()

    assert f'data-page="{page.pk}" data-engagement></script>' in rendered(page)


def test_nothing_in_previews_and_for_drafts():
    assert rendered(make_page(), is_preview=True) == ""
    assert rendered(make_page(live=False)) == ""


def test_tag_costs_no_query(django_assert_num_queries):
    page = make_page()

    with django_assert_num_queries(0):
        rendered(page)


def test_script_is_small_and_stores_nothing():
    source = SCRIPT.read_text()

    assert len(source.encode()) < 2048
    for word in ("cookie", "localStorage", "sessionStorage", "indexedDB"):
        assert word not in source.partition("\n")[2]
