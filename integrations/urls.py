from django.urls import path

from integrations.views import imports

app_name = "integrations"

urlpatterns = [
    path(
        "w/<slug:slug>/settings/import",
        imports.imports,
        name="imports",
    ),
    path(
        "w/<slug:slug>/settings/import/<uuid:id>",
        imports.run,
        name="import-run",
    ),
    path(
        "w/<slug:slug>/settings/import/<uuid:id>/mapping",
        imports.mapping,
        name="import-mapping",
    ),
    path(
        "w/<slug:slug>/settings/import/<uuid:id>/commit",
        imports.commit,
        name="import-commit",
    ),
    path(
        "w/<slug:slug>/settings/import/<uuid:id>/discard",
        imports.throw_away,
        name="import-discard",
    ),
    path(
        "w/<slug:slug>/settings/import/<uuid:id>/refused.csv",
        imports.refusals,
        name="import-refused",
    ),
]
