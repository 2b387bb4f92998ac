"""Addresses of the reader's side of comments; included once per language."""

from django.urls import path

from news.comments import notice_views, views

app_name = "reader_comments"
urlpatterns = [
    path("<int:page_id>/", views.comment, name="comment"),
    path("<int:page_id>/ticket/", views.ticket, name="ticket"),
    path("<int:page_id>/thanks/", views.thanks, name="thanks"),
    path("<int:page_id>/thread/", views.thread, name="thread"),
    path("<int:page_id>/newest/", views.thread, {"newest_first": True}, name="newest"),
    path("<int:page_id>/feed/", views.feed, name="feed"),
    path("show/<int:comment_id>/", views.show, name="show"),
    path("report/<int:comment_id>/", views.report, name="report"),
    path("notice/", notice_views.notify, name="notice"),
    path("complain/<str:token>/", notice_views.complain, name="complain"),
    path("confirm/<str:token>/", views.confirm, name="confirm"),
    path("manage/<str:token>/", views.manage, name="manage"),
    path("manage/<str:token>/edit/", views.edit, name="edit"),
]
