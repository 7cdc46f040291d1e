"""Workspaces that began before get the plays that are new: their own words stay."""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from accounts.tenancy import workspace
from coaching.queries.shipped import shipped_plays


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    places = apps.get_model("accounts", "Workspace").objects.values_list("pk", flat=True)
    for pk in list(places):
        with workspace(pk, using=schema_editor.connection.alias):
            _fill(apps.get_model("coaching", "Play"))


def _fill(play: Any) -> None:
    there = set(play.objects.values_list("code", "role"))
    if not there:
        return  # it never had the library
    play.objects.bulk_create(
        [
            play(
                code=each.code,
                role=each.role,
                situation=each.situation,
                anchor=each.anchor,
                texts=dict(each.texts),
                is_default=True,
            )
            for key, each in shipped_plays().items()
            if key not in there
        ]
    )


class Migration(migrations.Migration):
    atomic = False  # each workspace is opened in a transaction of its own

    dependencies = [("coaching", "0005_play_for_a_role")]

    operations = [
        # Plays that prompts may name by then are kept on the way back.
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
