from django.urls import path

from opportunities.views import companies, deals

app_name = "opportunities"

urlpatterns = [
    path(
        "w/<slug:slug>/opportunities/new",
        deals.new,
        name="opportunity-new",
    ),
    path(
        "w/<slug:slug>/opportunities/<uuid:id>/edit",
        deals.edit,
        name="opportunity-edit",
    ),
    path(
        "w/<slug:slug>/opportunities/<uuid:id>/hand-over",
        deals.hand_over,
        name="opportunity-hand-over",
    ),
    path(
        "w/<slug:slug>/opportunities/<uuid:id>/retract",
        deals.retract,
        name="opportunity-retract",
    ),
    path(
        "w/<slug:slug>/companies/new",
        companies.new,
        name="company-new",
    ),
    path(
        "w/<slug:slug>/companies/<uuid:id>/edit",
        companies.edit,
        name="company-edit",
    ),
]
