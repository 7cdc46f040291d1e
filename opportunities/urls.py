from django.urls import path

from opportunities.views import deals

app_name = "opportunities"

urlpatterns = [
    path("w/<slug:slug>/opportunities/new", deals.new, name="opportunity-new"),
]
