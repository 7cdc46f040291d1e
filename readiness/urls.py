from django.conf import settings
from django.urls import URLPattern, path

from readiness import views

app_name = "readiness"

urlpatterns: list[URLPattern] = []

if settings.STYLEGUIDE:
    urlpatterns.append(path("styleguide/", views.styleguide, name="styleguide"))
