"""The route of the metrics."""

from django.urls import path

from cms.operation import views

urlpatterns = [path("metrics", views.exposition, name="metrics")]
