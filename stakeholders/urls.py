from django.urls import path

from stakeholders.views import people, purchase_file, reopening, search, tasks

app_name = "stakeholders"

urlpatterns = [
    path(
        "w/<slug:slug>/tasks",
        tasks.tasks,
        name="tasks",
    ),
    path(
        "w/<slug:slug>/opportunities/<uuid:id>/tasks/new",
        tasks.new,
        name="task-new",
    ),
    path(
        "w/<slug:slug>/tasks/<uuid:id>/edit",
        tasks.edit,
        name="task-edit",
    ),
    path(
        "w/<slug:slug>/tasks/<uuid:id>/done",
        tasks.done,
        name="task-done",
    ),
    path(
        "w/<slug:slug>/tasks/<uuid:id>/undo",
        tasks.undo,
        name="task-undo",
    ),
    path(
        "w/<slug:slug>/search",
        search.search,
        name="search",
    ),
    path(
        "w/<slug:slug>/search/suggest",
        search.suggest,
        name="suggest",
    ),
    path(
        "w/<slug:slug>/people/new",
        people.new,
        name="person-new",
    ),
    path(
        "w/<slug:slug>/people/<uuid:id>/edit",
        people.edit,
        name="person-edit",
    ),
    path(
        "w/<slug:slug>/opportunities/<uuid:id>/people/new",
        people.seat_new,
        name="stakeholder-new",
    ),
    path(
        "w/<slug:slug>/stakeholders/<uuid:id>/edit",
        people.seat_edit,
        name="stakeholder-edit",
    ),
    path(
        "w/<slug:slug>/stakeholders/<uuid:id>/back",
        people.seat_back,
        name="stakeholder-back",
    ),
    path(
        "w/<slug:slug>/opportunities/<uuid:id>/purchase-file",
        purchase_file.purchase_file,
        name="purchase-file",
    ),
    path(
        "w/<slug:slug>/opportunities/<uuid:id>/reopen",
        reopening.reopen,
        name="opportunity-reopen",
    ),
]
