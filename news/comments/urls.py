"""Addresses of the reader's side of comments; included once per language."""

from django.urls import path

from news.comments import views

app_name = "reader_comments"
urlpatterns = [
    path("<int:page_id>/", views.comment, name="comment"),
    path("<int:page_id>/ticket/", views.ticket, name="ticket"),
    path("<int:page_id>/thanks/", views.thanks, name="thanks"),
    path("confirm/<str:token>/", views.confirm, name="confirm"),
    path("manage/<str:token>/", views.manage, name="manage"),
]
