"""The routes of the REST API, version 1."""

from django.urls import path

from accounts import api as accounts
from accounts.api.me import MeView
from accounts.rest import routes
from accounts.rest.views import SchemaView
from coaching import api as coaching
from coaching.api.one_to_ones import AgendaView
from forecasting import api as forecasting
from forecasting.api.model_preview import ModelPreviewView
from integrations import api as integrations
from integrations.api.files import ExportFileView
from opportunities import api as opportunities
from readiness import api as readiness
from readiness.api.versions import DifferencesView, PackView
from stakeholders import api as stakeholders
from stakeholders.api.search import SearchView

app_name = "api"

RESOURCES = (
    *opportunities.RESOURCES,
    *stakeholders.RESOURCES,
    *readiness.RESOURCES,
    *forecasting.RESOURCES,
    *coaching.RESOURCES,
    *integrations.RESOURCES,
    *accounts.RESOURCES,
)

urlpatterns = [
    path("me", MeView.as_view(), name="me"),
    path("search", SearchView.as_view(), name="search"),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("exports/<uuid:id>/file", ExportFileView.as_view(), name="export-file"),
    path("one-to-ones/<uuid:id>/agenda", AgendaView.as_view(), name="agenda"),
    path("phase-models/<uuid:id>/pack", PackView.as_view(), name="pack"),
    path(
        "phase-models/<uuid:id>/differences",
        DifferencesView.as_view(),
        name="differences",
    ),
    path(
        "phase-models/<uuid:id>/preview",
        ModelPreviewView.as_view(),
        name="model-preview",
    ),
    *routes(*RESOURCES),
]
