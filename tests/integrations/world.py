"""All that is in a workspace, to tell whether anything is left of what was undone."""

import hashlib

from django.apps import apps
from django.db import connection

from accounts.models import SearchToken

# What an undo leaves behind: that it was done, and what is to be computed again.
TRACES = {
    "accounts_auditevent",
    "integrations_importrun",
    "opportunities_recomputerequest",
    "opportunities_scheduleslot",
}


def world() -> dict[str, str]:
    """A hash of all rows of every table, but for the versions, which only count on."""
    found = {}
    for model in apps.get_models():
        table = model._meta.db_table
        # Words that are found again are rows anew.
        left_out = {"version", "id"} if model is SearchToken else {"version"}
        columns = [f.column for f in model._meta.concrete_fields]
        columns = [column for column in columns if column not in left_out]
        if table in TRACES:
            continue
        where = " WHERE t.workspace_id = current_setting('app.workspace_id')::uuid"
        is_ours = "workspace_id" in columns
        row = ", ".join(f't."{column}"' for column in columns)
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT ROW({row})::text FROM "{table}" t{where if is_ours else ""}'
            )
            rows = sorted(text for (text,) in cursor.fetchall())
        found[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found
