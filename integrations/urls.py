from django.urls import path

from integrations.views import imports, webhooks

app_name = "integrations"

urlpatterns = [
    path(
        "w/<slug:slug>/settings/import",
        imports.imports,
        name="imports",
    ),
    path(
        "w/<slug:slug>/settings/import/<uuid:id>",
        imports.run,
        name="import-run",
    ),
    path(
        "w/<slug:slug>/settings/import/<uuid:id>/mapping",
        imports.mapping,
        name="import-mapping",
    ),
    path(
        "w/<slug:slug>/settings/import/<uuid:id>/commit",
        imports.commit,
        name="import-commit",
    ),
    path(
        "w/<slug:slug>/settings/import/<uuid:id>/discard",
        imports.throw_away,
        name="import-discard",
    ),
    path(
        "w/<slug:slug>/settings/import/<uuid:id>/refused.csv",
        imports.refusals,
        name="import-refused",
    ),
    path(
        "w/<slug:slug>/settings/webhooks",
        webhooks.webhooks,
        name="webhooks",
    ),
    path(
        "w/<slug:slug>/settings/webhooks/<uuid:id>",
        webhooks.webhook,
        name="webhook",
    ),
    path(
        "w/<slug:slug>/settings/webhooks/<uuid:id>/test",
        webhooks.webhook_test,
        name="webhook-test",
    ),
    path(
        "w/<slug:slug>/settings/webhooks/<uuid:id>/secret",
        webhooks.webhook_secret,
        name="webhook-secret",
    ),
    path(
        "w/<slug:slug>/settings/webhooks/<uuid:id>/switch",
        webhooks.webhook_switch,
        name="webhook-switch",
    ),
    path(
        "w/<slug:slug>/settings/webhooks/<uuid:id>/remove",
        webhooks.webhook_remove,
        name="webhook-remove",
    ),
    path(
        "w/<slug:slug>/settings/webhooks/deliveries/<uuid:id>/replay",
        webhooks.delivery_replay,
        name="delivery-replay",
    ),
]
