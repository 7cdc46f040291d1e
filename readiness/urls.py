from django.conf import settings
from django.urls import path

from readiness.views import log, people, styleguide

app_name = "readiness"

urlpatterns = [
    path("w/<slug:slug>/log", log.anywhere, name="log-anywhere"),
    path("w/<slug:slug>/people", people.people, name="people"),
]

if settings.STYLEGUIDE:
    urlpatterns.append(
        path("styleguide/", styleguide.styleguide, name="styleguide"),
    )
