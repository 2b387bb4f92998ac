"""Where readers get into what is closed; the same names and addresses as Wagtail's."""

from django.contrib.auth.views import LoginView
from django.urls import path

from cms.signing_in import closed_pages
from cms.signing_in.forms import ReaderLoginForm

document_urlpatterns = [
    path(
        "authenticate_with_password/<int:restriction_id>/",
        closed_pages.open_documents,
        name="wagtaildocs_authenticate_with_password",
    ),
]
page_urlpatterns = [
    path(
        "_util/authenticate_with_password/<int:page_view_restriction_id>/<int:page_id>/",
        closed_pages.open_page,
        name="wagtailcore_authenticate_with_password",
    ),
    path(
        "_util/login/",
        LoginView.as_view(
            template_name="wagtailcore/login.html", authentication_form=ReaderLoginForm
        ),
        name="wagtailcore_login",
    ),
]
