from django.urls import path

from stakeholders.views import search, tasks

app_name = "stakeholders"

urlpatterns = [
    path("w/<slug:slug>/tasks", tasks.tasks, name="tasks"),
    path("w/<slug:slug>/search", search.search, name="search"),
    path("w/<slug:slug>/search/suggest", search.suggest, name="suggest"),
]
