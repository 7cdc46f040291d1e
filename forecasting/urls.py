from django.urls import path

from forecasting.views import companies, forecast, money, opportunities

app_name = "forecasting"

urlpatterns = [
    path(
        "w/<slug:slug>/opportunities",
        opportunities.opportunities,
        name="opportunities",
    ),
    path(
        "w/<slug:slug>/companies",
        companies.companies,
        name="companies",
    ),
    path(
        "w/<slug:slug>/companies/<uuid:id>",
        companies.company,
        name="company",
    ),
    path(
        "w/<slug:slug>/forecast",
        forecast.forecast,
        name="forecast",
    ),
    path(
        "w/<slug:slug>/settings/money",
        money.money,
        name="money",
    ),
]
