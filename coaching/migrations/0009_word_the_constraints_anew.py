"""What limits a deal is told by what it rests on; words of a workspace's own stay."""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from accounts.tenancy import workspace
from coaching.queries.shipped import shipped_plays


def word(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    places = apps.get_model("accounts", "Workspace").objects.values_list("pk", flat=True)
    for pk in list(places):
        with workspace(pk, using=schema_editor.connection.alias):
            _word(apps.get_model("coaching", "Play"))


def _word(play: Any) -> None:
    shipped = shipped_plays()
    for row in play.objects.filter(situation="constraint", is_default=True):
        if (row.code, row.role) in shipped:
            row.texts = dict(shipped[row.code, row.role].texts)
            row.save(update_fields=["texts"])


class Migration(migrations.Migration):
    atomic = False  # each workspace is opened in a transaction of its own

    dependencies = [("coaching", "0008_between_rep_and_coach")]

    operations = [migrations.RunPython(word, migrations.RunPython.noop)]
