from django.urls import path

from integrations.views import imports

app_name = "integrations"

urlpatterns = [
    path("w/<slug:slug>/settings/import", imports.imports, name="imports"),
]
