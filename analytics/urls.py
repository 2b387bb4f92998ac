"""Routes of the counting side."""

from django.urls import path

from analytics import health_views, views

urlpatterns = [
    path("_/view", views.view, name="beacon_view"),
    path("_/read", views.read, name="beacon_read"),
    path("_/view.gif", views.gif, name="beacon_gif"),
    path("health/", health_views.whole, name="health"),
    path("health/live", health_views.live, name="health_live"),
]
