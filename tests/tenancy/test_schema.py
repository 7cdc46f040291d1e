"""Every table of the freshly migrated database is whole, as the run-time role sees it."""

import pytest
from django.db import connection, models

from accounts.fields import WorkspaceKey, workspace_key
from accounts.models import AppendOnlyModel, WorkspaceModel
from tests.tenancy.catalogue import (
    ANCHORS,
    GLOBAL_TABLES,
    ask,
    faults_of_schema,
    faults_of_table,
    missing_keys,
    tables,
)

pytestmark = pytest.mark.django_db


def test_the_role_is_bound_by_row_level_security():
    role = ask(
        "SELECT rolsuper, rolbypassrls, rolcanlogin FROM pg_roles"
        " WHERE rolname = current_user"
    )
    memberships = ask(
        "SELECT roleid::regrole::text FROM pg_auth_members m"
        " JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = current_user"
    )

    assert role == [(False, False, True)]
    assert memberships == []


@pytest.mark.claim(52)
def test_every_table_is_a_workspace_table_or_on_the_list():
    faults = faults_of_schema()

    assert faults == []


def test_the_list_of_global_tables_names_no_table_too_many():
    assert GLOBAL_TABLES - set(tables()) == set()


def test_no_model_of_a_global_table_has_a_workspace_key():
    from_models = {
        model._meta.db_table
        for base in (WorkspaceModel, AppendOnlyModel)
        for model in base.__subclasses__()
    }

    assert from_models & GLOBAL_TABLES == set()
    assert from_models >= {"accounts_team", "accounts_auditevent"}


def test_what_a_composite_key_points_at_is_unique_by_workspace_and_id():
    uniques = ask(
        "SELECT conname FROM pg_constraint WHERE contype = 'u'"
        " AND conrelid = ANY(%s::regclass[])",
        sorted(ANCHORS),
    )

    assert ("membership_of_one_workspace",) in uniques


TABLE = (
    "CREATE TABLE stray (workspace_id uuid NOT NULL REFERENCES accounts_workspace"
    " DEFERRABLE INITIALLY DEFERRED, id uuid, name text, other_id uuid,"
    " PRIMARY KEY (workspace_id, id))"
)
ENABLE = "ALTER TABLE stray ENABLE ROW LEVEL SECURITY"
FORCE = "ALTER TABLE stray FORCE ROW LEVEL SECURITY"
POLICY = (
    "CREATE POLICY workspace ON stray USING (workspace_id ="
    " (SELECT NULLIF(current_setting('app.workspace_id', true), '')::uuid))"
)
CHECK = (
    " WITH CHECK (workspace_id ="
    " (SELECT NULLIF(current_setting('app.workspace_id', true), '')::uuid))"
)
WHOLE = (TABLE, ENABLE, FORCE, POLICY + CHECK)
FUNCTION = (
    "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RETURN NEW; END $$"
)
STRAYS = {
    "without a workspace": ("CREATE TABLE stray (id uuid PRIMARY KEY)",),
    "that may be of none": (TABLE.replace(" NOT NULL", "").split("PRIMARY")[0][:-2] + ")",),
    "named by text": (TABLE.replace("uuid NOT NULL REFERENCES accounts_workspace"
                      " DEFERRABLE INITIALLY DEFERRED", "text NOT NULL"),),
    "without row-level security": (TABLE,),
    "not forced": (TABLE, ENABLE, POLICY + CHECK),
    "without a policy": (TABLE, ENABLE, FORCE),
    "with another policy": (TABLE, ENABLE, FORCE, "CREATE POLICY workspace ON stray USING (true)"),
    "with a policy for reading only": (*WHOLE[:3], POLICY),
    "with a second policy": (*WHOLE, "CREATE POLICY more ON stray USING (true)"),
    "with a policy for one role": (
        *WHOLE[:3], (POLICY + CHECK).replace("stray USING", "stray TO current_user USING")
    ),
    "keyed by id alone": (*WHOLE, "ALTER TABLE stray DROP CONSTRAINT stray_pkey",
                          "ALTER TABLE stray ADD PRIMARY KEY (id)"),
    "with a unique over all": (*WHOLE, "CREATE UNIQUE INDEX stray_name ON stray (name)"),
    "with a unique expression": (
        *WHOLE, "CREATE UNIQUE INDEX stray_name ON stray (lower(name), workspace_id)"
    ),
    "with a key of one column": (
        *WHOLE,
        "ALTER TABLE stray ADD FOREIGN KEY (other_id) REFERENCES accounts_user"
        " DEFERRABLE INITIALLY DEFERRED",
        "ALTER TABLE accounts_membership ADD UNIQUE (id, name)",
        "ALTER TABLE stray ADD FOREIGN KEY (other_id) REFERENCES accounts_membership (id)"
        " DEFERRABLE INITIALLY DEFERRED",
    ),
    "with an immediate key": (
        *WHOLE,
        "ALTER TABLE stray ADD FOREIGN KEY (workspace_id, other_id)"
        " REFERENCES accounts_team (workspace_id, id)",
    ),
    "with a key not validated": (
        *WHOLE,
        "ALTER TABLE stray ADD FOREIGN KEY (workspace_id, other_id)"
        " REFERENCES accounts_team (workspace_id, id) DEFERRABLE INITIALLY DEFERRED"
        " NOT VALID",
    ),
    "with a trigger": (
        *WHOLE, FUNCTION,
        "CREATE TRIGGER t BEFORE INSERT ON stray FOR EACH ROW EXECUTE FUNCTION nothing()",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STRAYS)
def test_a_table_made_by_hand_is_found(name: str):
    run(*STRAYS[name])

    assert len(list(faults_of_table("stray"))) >= 1


def test_a_whole_table_made_by_hand_is_whole():
    run(*WHOLE)

    assert list(faults_of_table("stray")) == []


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE VIEW peephole AS SELECT * FROM accounts_team",
        "CREATE MATERIALIZED VIEW peephole AS SELECT * FROM accounts_team",
        FUNCTION.replace("LANGUAGE", "SECURITY DEFINER LANGUAGE"),
        "ALTER TABLE accounts_team NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE accounts_auditevent DISABLE ROW LEVEL SECURITY",
        "DROP POLICY workspace_keep ON accounts_auditevent",
        "ALTER POLICY workspace_erase ON accounts_auditevent USING (true)",
    ],
)
def test_a_peephole_is_found(sql: str):
    before = set(faults_of_schema())

    run(sql)

    assert len(set(faults_of_schema()) - before) == 1


def test_a_view_with_the_rights_of_who_asks_is_fine():
    before = faults_of_schema()

    run(
        "CREATE VIEW window_pane WITH (security_invoker=true) AS"
        " SELECT * FROM accounts_team"
    )

    assert faults_of_schema() == before


def test_a_key_that_the_table_has_not_is_missed():
    (name,) = ask(
        "SELECT conname FROM pg_constraint WHERE contype = 'f'"
        " AND conrelid = %s::regclass AND array_length(conkey, 1) = 2",
        "accounts_team",
    )[0]

    run(f'ALTER TABLE accounts_team DROP CONSTRAINT "{name}"')

    assert list(missing_keys()) == [
        "accounts_team: no foreign key ('workspace_id', 'parent_id') to accounts_team"
    ]


def test_the_workspace_key_of_a_model_is_found_where_it_is():
    class Plain(models.Model):
        class Meta:
            app_label = "nowhere"
            abstract = True

    assert isinstance(workspace_key(WorkspaceModel), WorkspaceKey)
    assert workspace_key(Plain) is None


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)
