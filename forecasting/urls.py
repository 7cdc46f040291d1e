from django.urls import path

from forecasting.views import accuracy, companies, forecast, money, opportunities

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
        "w/<slug:slug>/forecast/accuracy",
        accuracy.accuracy,
        name="accuracy",
    ),
    path(
        "w/<slug:slug>/forecast/accuracy/ask",
        accuracy.ask,
        name="accuracy-ask",
    ),
    path(
        "w/<slug:slug>/settings/money",
        money.money,
        name="money",
    ),
    path(
        "w/<slug:slug>/settings/money/rates",
        money.add_rate,
        name="rate-add",
    ),
    path(
        "w/<slug:slug>/settings/money/rates/<uuid:id>/retract",
        money.take_back_rate,
        name="rate-retract",
    ),
    path(
        "w/<slug:slug>/settings/money/targets",
        money.add,
        name="target-add",
    ),
    path(
        "w/<slug:slug>/settings/money/targets/<uuid:id>",
        money.change,
        name="target-edit",
    ),
    path(
        "w/<slug:slug>/settings/money/targets/<uuid:id>/remove",
        money.remove,
        name="target-remove",
    ),
]
