"""Where everything lives. Addresses say nothing of the app that answers."""

from django.urls import include, path

handler400 = "accounts.views.errors.bad_request"
handler403 = "accounts.views.errors.forbidden"
handler404 = "accounts.views.errors.not_found"
handler500 = "accounts.views.errors.server_error"

urlpatterns = [
    path("", include("coaching.urls")),
    path("", include("forecasting.urls")),
    path("", include("readiness.urls")),
    path("", include("stakeholders.urls")),
    path("", include("opportunities.urls")),
    path("", include("integrations.urls")),
    path("", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("buyreadiness.api")),
]
