from django.urls import path

from coaching.views import queue, today

app_name = "coaching"

urlpatterns = [
    path("w/<slug:slug>/", today.today, name="today"),
    path("w/<slug:slug>/coaching", queue.queue, name="queue"),
]
