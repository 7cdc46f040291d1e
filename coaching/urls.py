from django.urls import path

from coaching import views

app_name = "coaching"

urlpatterns = [
    path("w/<slug:slug>/", views.today, name="today"),
]
