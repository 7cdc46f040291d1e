from django.conf import settings
from django.urls import path

from readiness.views import (
    acts,
    closing,
    evidence,
    log,
    logged,
    model,
    people,
    stakeholder,
    styleguide,
)

app_name = "readiness"

urlpatterns = [
    path(
        "w/<slug:slug>/log",
        log.anywhere,
        name="log-anywhere",
    ),
    path(
        "w/<slug:slug>/opportunities/<uuid:id>/log",
        log.log,
        name="log",
    ),
    path(
        "w/<slug:slug>/opportunities/<uuid:id>/log/draft",
        log.draft,
        name="log-draft",
    ),
    path(
        "w/<slug:slug>/opportunities/<uuid:id>/log/discard",
        log.discard,
        name="log-discard",
    ),
    path(
        "w/<slug:slug>/interactions/<uuid:id>/edit",
        logged.edit,
        name="interaction-edit",
    ),
    path(
        "w/<slug:slug>/interactions/<uuid:id>/retract",
        logged.retract_interaction,
        name="interaction-retract",
    ),
    path(
        "w/<slug:slug>/signals/<uuid:id>/retract",
        logged.retract_signal,
        name="signal-retract",
    ),
    path(
        "w/<slug:slug>/opportunities/<uuid:id>/decision-date",
        acts.decision_date,
        name="decision-date-new",
    ),
    path(
        "w/<slug:slug>/opportunities/<uuid:id>/quote",
        acts.quote,
        name="quote-new",
    ),
    path(
        "w/<slug:slug>/decision-dates/<uuid:id>/retract",
        acts.retract_decision_date,
        name="decision-date-retract",
    ),
    path(
        "w/<slug:slug>/quotes/<uuid:id>/retract",
        acts.retract_quote,
        name="quote-retract",
    ),
    path(
        "w/<slug:slug>/stakeholders/<uuid:id>/leave",
        acts.leave,
        name="stakeholder-leave",
    ),
    path(
        "w/<slug:slug>/opportunities/<uuid:id>/close",
        closing.close,
        name="opportunity-close",
    ),
    path(
        "w/<slug:slug>/stakeholders/<uuid:id>",
        stakeholder.stakeholder,
        name="stakeholder",
    ),
    path(
        "w/<slug:slug>/stakeholders/<uuid:id>/override",
        stakeholder.override,
        name="override",
    ),
    path(
        "w/<slug:slug>/stakeholders/<uuid:id>/confirm",
        stakeholder.confirm,
        name="confirm",
    ),
    path(
        "w/<slug:slug>/overrides/<uuid:id>/end",
        stakeholder.end_override,
        name="override-end",
    ),
    path(
        "w/<slug:slug>/confirmations/<uuid:id>/retract",
        stakeholder.retract_confirmation,
        name="confirmation-retract",
    ),
    path(
        "w/<slug:slug>/coaching/evidence",
        evidence.evidence,
        name="evidence",
    ),
    path(
        "w/<slug:slug>/people",
        people.people,
        name="people",
    ),
    path(
        "w/<slug:slug>/people/<uuid:id>",
        people.person,
        name="person",
    ),
    path("w/<slug:slug>/settings/model", model.model, name="model"),
    path("w/<slug:slug>/settings/model/learn", model.learn, name="model-learn"),
    path("w/<slug:slug>/settings/model/<uuid:id>", model.version, name="model-version"),
    path(
        "w/<slug:slug>/settings/model/<uuid:id>/activate",
        model.activate,
        name="model-activate",
    ),
    path(
        "w/<slug:slug>/settings/model/<uuid:id>/roll-back",
        model.back,
        name="model-roll-back",
    ),
    path("w/<slug:slug>/settings/model/<uuid:id>/pack", model.pack, name="model-pack"),
]

if settings.STYLEGUIDE:
    urlpatterns.append(
        path("styleguide/", styleguide.styleguide, name="styleguide"),
    )
