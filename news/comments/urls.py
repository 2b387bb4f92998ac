"""Addresses of the reader's side of comments; included once per language."""

from django.urls import path

from news.comments import notice_views, reader_views, views

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
    path("mine/", reader_views.ask, name="ask"),
    path("mine/<str:token>/", reader_views.mine, name="mine"),
    path("mine/<str:token>/json/", reader_views.export, {"form": "json"}, name="export_json"),
    path("mine/<str:token>/html/", reader_views.export, {"form": "html"}, name="export_html"),
    path("replies/<str:token>/", reader_views.end_replies, name="replies"),
    path("forget/", reader_views.forget_device, name="forget_device"),
]
