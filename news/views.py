"""Public addresses that are not pages of the tree."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from cms.page_cache.tags import tag_response
from news import listings
from news import search as reader_search
from news.models import Author, Tag


@require_safe
def author(request: HttpRequest, slug: str) -> HttpResponse:
    people = Author.objects.select_related("portrait").prefetch_related("portrait__renditions")
    return listings.author(get_object_or_404(people, slug=slug), request)


@require_safe
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    return listings.tag(get_object_or_404(Tag, slug=slug), request)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    sections = reader_search.sections()
    authors = reader_search.authors()
    query = reader_search.read_query(request.GET, sections, authors)
    results = reader_search.find(query, now=timezone.now())
    reader_search.add_extracts(results.object_list, query.text)
    context = {
        "query": query,
        "sections": sections,
        "authors": authors,
        "periods": [(key, label) for key, (_, label) in reader_search.PERIODS.items()],
        "results": results,
    }
    response = TemplateResponse(request, "news/search.html", context)
    if not request.GET:
        # Only the empty form: readers' words would fill the cache without end.
        tag_response(response, "navigation", "listings", "ranking")
    return response
