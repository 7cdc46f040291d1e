from django.urls import path

from accounts.views import health

app_name = "accounts"

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]
