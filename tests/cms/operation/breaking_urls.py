"""The project's routes and one that breaks."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from cms.urls import urlpatterns as project


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("eine Panne")


urlpatterns = [path("bricht/", broken), *project]
