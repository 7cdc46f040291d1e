"""Migrations make whole tables and keep them whole, also when they are filled."""

from functools import cache
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import (
    IntegrityError,
    NotSupportedError,
    connection,
    migrations,
    models,
    transaction,
)
from django.db.migrations.state import ProjectState
from django.db.models import CASCADE, SET_NULL
from uuid_utils.compat import uuid7

from accounts.fields import WorkspaceForeignKey, WorkspaceKey
from accounts.models import Workspace
from accounts.tenancy import NoWorkspace, inside
from tests.factories import create_company, create_workspace
from tests.tenancy.catalogue import ask, faults_of_table

APP = "probe_app"
AddField, AlterField = migrations.AddField, migrations.AlterField
LABEL = models.CharField(max_length=9)


class Schema:
    """A project's state that migrations are run on, one after the other."""

    def __init__(self) -> None:
        self.state = project().clone()

    def run(self, *operations: Any) -> None:
        for operation in operations:
            after = self.state.clone()
            operation.state_forwards(APP, after)
            connection.check_constraints()  # ALTER TABLE wants no key still to be asked
            # No workspace is open around a migration.
            with inside(connection, None), connection.schema_editor() as editor:
                operation.database_forwards(APP, editor, self.state, after)
            self.state = after

    def model(self, name: str) -> Any:
        return self.state.apps.get_model(APP, name)


@cache
def project() -> ProjectState:
    return ProjectState.from_apps(apps)


def table(name: str, **fields: Any) -> migrations.CreateModel:
    key = models.UUIDField(primary_key=True, default=uuid7)
    own = [("id", key), ("workspace", WorkspaceKey())]
    return migrations.CreateModel(name, [*own, *fields.items()])


def to(name: str = "crate", **options: Any) -> WorkspaceForeignKey:
    return WorkspaceForeignKey(f"{APP}.{name}", SET_NULL, null=True, **options)


def keys_of(name: str) -> list[tuple[str, list[str]]]:
    return ask(
        "SELECT confrelid::regclass::text, ARRAY(SELECT attname::text"
        " FROM unnest(conkey) k JOIN pg_attribute ON attrelid = conrelid AND attnum = k)"
        " FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass"
        " AND array_length(conkey, 1) = 2",
        name,
    )


@pytest.fixture
def theirs(ours: Workspace) -> Workspace:
    return create_workspace(slug="theirs")


@pytest.fixture
def schema(theirs: Workspace) -> Schema:
    """Crates and labels, one of each in ours and in theirs."""
    schema = Schema()
    schema.run(table("Crate"), table("Label", text=LABEL))
    fill(schema)
    with inside(connection, theirs.pk):
        fill(schema)
    return schema


def fill(schema: Schema) -> None:
    schema.model("Crate").objects.create()
    schema.model("Label").objects.create(text="sticky")


def crate_of(schema: Schema, workspace: Workspace) -> UUID:
    with inside(connection, workspace.pk):
        return schema.model("Crate").objects.get().pk


@pytest.mark.django_db
def test_a_new_table_is_whole(schema: Schema):
    schema.run(table("Lid", crate=to(), label=to("label")))

    assert list(faults_of_table("probe_app_lid")) == []
    assert len(keys_of("probe_app_lid")) == 2


@pytest.mark.django_db
def test_a_new_append_only_table_has_a_policy_for_each_verb(schema: Schema):
    key = WorkspaceKey(append_only=True)
    fields = [("id", models.UUIDField(primary_key=True)), ("workspace", key)]

    schema.run(migrations.CreateModel("Diary", fields))

    assert ask(
        "SELECT polname, polcmd::text FROM pg_policy WHERE polrelid = %s::regclass"
        " ORDER BY 1",
        "probe_app_diary",
    ) == [
        ("workspace_add", "a"),
        ("workspace_erase", "d"),
        ("workspace_keep", "w"),
        ("workspace_read", "r"),
    ]


@pytest.mark.django_db
def test_a_key_added_to_a_filled_table_is_composite(schema: Schema):
    schema.run(AddField("Label", "crate", to()))

    assert list(faults_of_table("probe_app_label")) == []
    assert keys_of("probe_app_label") == [
        ("probe_app_crate", ["workspace_id", "crate_id"])
    ]


@pytest.mark.django_db
def test_a_key_added_with_a_violating_row_is_refused(
    schema: Schema, ours: Workspace, theirs: Workspace
):
    mine = crate_of(schema, ours)  # the label of theirs would point at it
    field = WorkspaceForeignKey(f"{APP}.crate", CASCADE, default=mine)

    with pytest.raises(IntegrityError), transaction.atomic():
        schema.run(AddField("Label", "crate", field))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "before",
    [
        models.UUIDField(null=True, db_column="crate_id"),
        to(db_constraint=False),
        models.ForeignKey(f"{APP}.crate", SET_NULL, null=True, db_constraint=False),
    ],
    ids=["an id", "a key without constraint", "a plain key"],
)
def test_a_field_that_becomes_a_key_with_a_violating_row_is_refused(
    schema: Schema, theirs: Workspace, before: Any
):
    schema.run(AddField("Label", "crate", before))
    label = schema.model("Label").objects.get()
    attribute = schema.model("Label")._meta.get_field("crate").attname
    setattr(label, attribute, crate_of(schema, theirs))
    label.save()

    with pytest.raises(IntegrityError), transaction.atomic():
        schema.run(AlterField("Label", "crate", to()))


@pytest.mark.django_db
def test_a_field_that_becomes_a_key_with_good_rows_is_made_composite(
    schema: Schema, ours: Workspace
):
    id_only = models.UUIDField(null=True, db_column="crate_id")
    schema.run(AddField("Label", "crate", id_only))
    schema.model("Label").objects.update(crate=crate_of(schema, ours))

    schema.run(AlterField("Label", "crate", to()))

    assert list(faults_of_table("probe_app_label")) == []
    assert len(keys_of("probe_app_label")) == 1


@pytest.mark.django_db
def test_a_key_that_gets_another_target_leaves_the_old_one(schema: Schema):
    schema.run(table("Lid"), AddField("Label", "of", to()))

    schema.run(AlterField("Label", "of", to("lid")))

    assert keys_of("probe_app_label") == [("probe_app_lid", ["workspace_id", "of_id"])]
    assert list(faults_of_table("probe_app_label")) == []


@pytest.mark.django_db
def test_a_key_that_becomes_a_plain_id_is_dropped(schema: Schema):
    schema.run(AddField("Label", "crate", to()))

    schema.run(AlterField("Label", "crate", models.UUIDField(null=True)))

    assert keys_of("probe_app_label") == []


@pytest.mark.django_db
def test_a_removed_key_takes_its_constraint_along(schema: Schema):
    schema.run(AddField("Label", "crate", to()))

    schema.run(migrations.RemoveField("Label", "crate"))

    assert keys_of("probe_app_label") == []
    assert list(faults_of_table("probe_app_label")) == []


@pytest.mark.django_db
def test_a_renamed_target_keeps_its_keys_composite(schema: Schema):
    schema.run(AddField("Label", "crate", to()))

    schema.run(migrations.RenameModel("Crate", "Box"))

    assert keys_of("probe_app_label") == [
        ("probe_app_box", ["workspace_id", "crate_id"])
    ]
    assert [
        *faults_of_table("probe_app_label"),
        *faults_of_table("probe_app_box"),
    ] == []


@pytest.mark.django_db
def test_a_field_added_to_a_filled_table_reaches_every_workspace(
    schema: Schema, theirs: Workspace
):
    schema.run(
        AddField("Label", "colour", models.CharField(max_length=9, default="red"))
    )

    with inside(connection, theirs.pk):
        assert schema.model("Label").objects.get().colour == "red"
    assert list(faults_of_table("probe_app_label")) == []


@pytest.mark.django_db
def test_null_becomes_not_null_in_every_workspace(schema: Schema, theirs: Workspace):
    schema.run(AddField("Label", "weight", models.IntegerField(null=True)))

    schema.run(AlterField("Label", "weight", models.IntegerField(default=7)))

    with inside(connection, theirs.pk):
        assert schema.model("Label").objects.get().weight == 7
    assert list(faults_of_table("probe_app_label")) == []


@pytest.mark.django_db
def test_row_level_security_is_forced_again_after_a_change(schema: Schema):
    schema.run(AlterField("Label", "text", models.TextField()))

    assert schema.model("Label").objects.count() == 1
    assert list(faults_of_table("probe_app_label")) == []


@pytest.mark.django_db
def test_a_unique_and_an_index_can_be_added_to_a_filled_table(schema: Schema):
    schema.run(
        migrations.AddConstraint(
            "Label",
            models.UniqueConstraint(name="label_once", fields=["workspace", "text"]),
        ),
        migrations.AddIndex("Label", models.Index(fields=["text"], name="label_text")),
    )

    assert list(faults_of_table("probe_app_label")) == []


@pytest.mark.django_db
def test_a_removed_table_is_gone(schema: Schema):
    schema.run(migrations.DeleteModel("Label"))

    assert ask("SELECT to_regclass('probe_app_label')") == [(None,)]


@pytest.mark.django_db
def test_a_table_made_by_run_sql_is_found_by_the_schema_test(schema: Schema):
    schema.run(
        migrations.RunSQL(
            "CREATE TABLE stray (id uuid PRIMARY KEY, workspace_id uuid NOT NULL)"
        )
    )

    assert len(list(faults_of_table("stray"))) == 4


@pytest.mark.django_db
def test_the_model_of_a_migration_is_bound(theirs: Workspace):
    create_company(name="own")
    with inside(connection, theirs.pk):
        create_company(name="canary")

    companies = project().apps.get_model("opportunities", "Company").objects

    assert [company.name for company in companies.all()] == ["own"]
    with inside(connection, None), pytest.raises(NoWorkspace):
        companies.count()


@pytest.mark.django_db(transaction=True)
def test_a_workspace_table_is_not_altered_outside_a_transaction():
    model = apps.get_model("opportunities", "Company")
    wider = models.CharField(max_length=300)
    wider.set_attributes_from_name("name")
    wider.model = model

    with (
        pytest.raises(NotSupportedError),
        connection.schema_editor(atomic=False) as editor,
    ):
        editor.alter_field(model, model._meta.get_field("name"), wider)
