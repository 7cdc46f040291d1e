"""The project's own addresses and the style guide, whatever STYLEGUIDE says."""

from django.urls import path

from buyreadiness import urls
from readiness.views.styleguide import styleguide

handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500

urlpatterns = [path("styleguide/", styleguide), *urls.urlpatterns]
