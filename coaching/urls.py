from django.urls import path

from coaching.views import (
    opportunity,
    plays,
    prompts,
    queue,
    readings,
    scan,
    thresholds,
    today,
)

app_name = "coaching"

urlpatterns = [
    path(
        "w/<slug:slug>/",
        today.today,
        name="today",
    ),
    path(
        "w/<slug:slug>/opportunities/<uuid:id>",
        opportunity.opportunity,
        name="opportunity",
    ),
    path(
        "w/<slug:slug>/opportunities/<uuid:id>/moved",
        opportunity.moved,
        name="moved",
    ),
    path(
        "w/<slug:slug>/prompts/<uuid:id>/answer",
        prompts.answer,
        name="prompt-answer",
    ),
    path(
        "w/<slug:slug>/coaching",
        queue.queue,
        name="queue",
    ),
    path(
        "w/<slug:slug>/coaching/symptoms",
        scan.scan,
        name="scan",
    ),
    path(
        "w/<slug:slug>/coaching/readings",
        readings.readings,
        name="readings",
    ),
    path(
        "w/<slug:slug>/settings/symptoms",
        thresholds.thresholds,
        name="thresholds",
    ),
    path(
        "w/<slug:slug>/settings/advice",
        plays.plays,
        name="plays",
    ),
    path(
        "w/<slug:slug>/settings/advice/<uuid:id>",
        plays.play,
        name="play",
    ),
    path(
        "w/<slug:slug>/settings/advice/<uuid:id>/reset",
        plays.reset,
        name="play-reset",
    ),
    path(
        "w/<slug:slug>/settings/advice/<uuid:id>/for-a-role",
        plays.for_role,
        name="play-for-role",
    ),
]
