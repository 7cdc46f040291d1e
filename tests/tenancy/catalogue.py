"""What is wrong with the schema, read from PostgreSQL's own catalogue.

Names are parameters: as literals the guard would take them for statements about rows.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models

from accounts.database.schema import APPEND_ONLY_POLICIES, POLICIES
from accounts.fields import workspace_key

# architecture.md, Tenancy: the complete list of tables that belong to no workspace.
GLOBAL_TABLES = {
    "accounts_user",
    "accounts_workspace",
    "accounts_membership",
    "accounts_invitation",
    "accounts_apikey",
    "accounts_token",
    "accounts_application",
    "accounts_grant",
    "accounts_issuedtoken",
    "accounts_securityevent",
    "opportunities_recomputerequest",
    "opportunities_scheduleslot",
    "integrations_outboxentry",
    # The sign-in library's own.
    "account_emailaddress",
    "account_emailconfirmation",
    "mfa_authenticator",
    "usersessions_usersession",
    "allauth_idp_oidc_client",
    "allauth_idp_oidc_token",
    # Django's own.
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "cache",
    "django_content_type",
    "django_migrations",
    "django_session",
}
# What a composite key may point at besides workspace tables.
ANCHORS = {"accounts_membership"}

# What PostgreSQL makes of our policies when it prints them.
COMMANDS = {"workspace_read": "r", "workspace_add": "a"} | {
    "workspace_keep": "w",
    "workspace_erase": "d",
    "workspace": "*",
}


def ask(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def tables() -> list[str]:
    """Every table of ours, views not included."""
    found = ask(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'f')"
        " AND relnamespace = 'public'::regnamespace ORDER BY 1"
    )
    return [name for (name,) in found]


def faults_of_schema() -> list[str]:
    """One line for each thing in the database that row-level security wouldn't hold."""
    faults = [fault for table in tables() for fault in faults_of_table(table)]
    faults += [f"{name} is a materialized view" for (name,) in ask(MATERIALIZED)]
    faults += [
        f"the view {name} runs with its owner's rights" for (name,) in ask(VIEWS)
    ]
    faults += [f"the function {name} is SECURITY DEFINER" for (name,) in ask(DEFINERS)]
    return faults + list(missing_keys())


MATERIALIZED = (
    "SELECT relname FROM pg_class WHERE relkind = 'm'"
    " AND relnamespace = 'public'::regnamespace"
)
VIEWS = (
    "SELECT relname FROM pg_class WHERE relkind = 'v'"
    " AND relnamespace = 'public'::regnamespace"
    " AND NOT coalesce(reloptions, '{}') && ARRAY['security_invoker=true',"
    "                                             'security_invoker=on']"
)
DEFINERS = (
    "SELECT proname FROM pg_proc WHERE prosecdef"
    " AND pronamespace = 'public'::regnamespace"
)


def faults_of_table(table: str) -> Iterator[str]:
    if table in GLOBAL_TABLES:
        return
    columns = ask(
        "SELECT attnotnull, format_type(atttypid, atttypmod) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attname = 'workspace_id'",
        table,
    )
    if columns != [(True, "uuid")]:
        yield f"{table} is on no list and has no workspace_id uuid NOT NULL"
        return
    (security,) = ask(
        "SELECT relrowsecurity, relforcerowsecurity FROM pg_class"
        " WHERE oid = %s::regclass",
        table,
    )
    if security != (True, True):
        yield f"{table}: row-level security is not enabled and forced"
    yield from faults_of_policies(table)
    yield from faults_of_indexes(table)
    yield from faults_of_keys(table)
    for (trigger,) in ask(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal",
        table,
    ):
        yield f"{table}: has the trigger {trigger}"


def faults_of_policies(table: str) -> Iterator[str]:
    found = {
        name: (command, permissive, roles, plain(using), plain(check))
        for name, command, permissive, roles, using, check in ask(
            "SELECT polname, polcmd::text, polpermissive, polroles::text,"
            " pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)"
            " FROM pg_policy WHERE polrelid = %s::regclass",
            table,
        )
    }
    model = model_of(table)
    key = workspace_key(model) if model else None
    rules = APPEND_ONLY_POLICIES if key and key.append_only else POLICIES
    wanted = {
        name: (
            COMMANDS[name],
            True,
            "{0}",
            clause("USING", rule),
            clause("CHECK", rule),
        )
        for name, rule in rules.items()
    }
    if found != wanted:
        yield f"{table}: its policies are {found}, not {wanted}"


def clause(word: str, rule: str) -> str:
    """The expression in parentheses behind a word of CREATE POLICY, as `plain` says it."""
    start = rule.find(f"{word} (")
    if start < 0:
        return ""
    depth, first = 0, start + len(word) + 1
    for position in range(first, len(rule)):
        depth += {"(": 1, ")": -1}.get(rule[position], 0)
        if depth == 0:
            return plain(rule[first : position + 1])
    raise ValueError(rule)


def plain(expression: str | None) -> str:
    """Two spellings of one expression become one: PostgreSQL adds casts and parentheses."""
    text = re.sub(r'::text| AS "?\w+"?|[\s()]', "", expression or "")
    return text.lower()


def faults_of_indexes(table: str) -> Iterator[str]:
    unique = ask(
        "SELECT relname, indisprimary, ARRAY("
        "   SELECT coalesce(attname::text, '(expression)')"
        "   FROM unnest(indkey::int2[]) WITH ORDINALITY k(n, i)"
        "   LEFT JOIN pg_attribute a ON a.attrelid = indrelid AND a.attnum = k.n ORDER BY i)"
        " FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
        " WHERE indrelid = %s::regclass AND indisunique",
        table,
    )
    if [columns for _name, primary, columns in unique if primary] != [
        ["workspace_id", "id"]
    ]:
        yield f"{table}: its primary key is not (workspace_id, id)"
    for name, _primary, columns in unique:
        if columns[:1] != ["workspace_id"]:
            yield f"{table}: the unique index {name} does not start with the workspace"


KEYS = """
    SELECT conname, confrelid::regclass::text, condeferrable AND condeferred, convalidated,
           ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY k(n, i)
                   JOIN pg_attribute ON attrelid = conrelid AND attnum = n ORDER BY i),
           ARRAY(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY k(n, i)
                   JOIN pg_attribute ON attrelid = confrelid AND attnum = n ORDER BY i)
      FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass
"""


def faults_of_keys(table: str) -> Iterator[str]:
    for name, target, deferred, valid, columns, targets in ask(KEYS, table):
        if not (deferred and valid):
            yield f"{table}: the key {name} is not valid and DEFERRABLE INITIALLY DEFERRED"
        inside = target not in GLOBAL_TABLES or target in ANCHORS
        is_composite = len(columns) == 2 and columns[0] == targets[0] == "workspace_id"
        if inside and not (is_composite and targets[1] == "id"):
            yield f"{table}: the key {name} can point into another workspace"


def missing_keys() -> Iterator[str]:
    """Keys that a model has and its table has not: `db_constraint=False`, or plain."""
    for model in apps.get_models(include_auto_created=True):
        if workspace_key(model) is None:
            continue
        table = model._meta.db_table
        present = {
            (tuple(columns), to) for _n, to, _d, _v, columns, _t in ask(KEYS, table)
        }
        for field in model._meta.local_concrete_fields:
            if not isinstance(field, models.ForeignKey):
                continue
            target = field.related_model._meta.db_table
            inside = target not in GLOBAL_TABLES or target in ANCHORS
            columns = ("workspace_id", field.column) if inside else (field.column,)
            if (columns, target) not in present:
                yield f"{table}: no foreign key {columns} to {target}"


def model_of(table: str) -> type[models.Model] | None:
    every = apps.get_models(include_auto_created=True)
    return next((model for model in every if model._meta.db_table == table), None)
