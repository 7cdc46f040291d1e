"""The routes of the REST API, version 1."""

from django.urls import path

from accounts.api import MeView

app_name = "api"

urlpatterns = [path("me", MeView.as_view(), name="me")]
