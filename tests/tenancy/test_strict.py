"""The strict wrapper itself: which statements it lets through."""

import pytest
from django.db import connection

from opportunities.models import Company
from tests.strict import Unbound, unbound, unbound_sql

TABLES = frozenset({"company", "deal"})
HERE = "(SELECT current_setting('app.workspace_id')::uuid)"

BOUND = [
    "SELECT * FROM company WHERE workspace_id = %s",
    'SELECT * FROM "company" WHERE "company"."workspace_id" = (%s)',
    f"SELECT * FROM company c WHERE c.workspace_id = {HERE}",
    "SELECT * FROM company WHERE %s = workspace_id",
    "SELECT * FROM company c JOIN deal d ON d.workspace_id = c.workspace_id"
    " WHERE c.workspace_id = %s",
    'SELECT * FROM "company" LEFT OUTER JOIN "deal" T2 ON ("company"."id" = T2."x_id"'
    ' AND (T2."workspace_id" = ("company"."workspace_id")))'
    ' WHERE "company"."workspace_id" = (%s)',
    "SELECT * FROM company c, deal d"
    " WHERE c.workspace_id = %s AND d.workspace_id = c.workspace_id",
    "SELECT * FROM company c WHERE c.workspace_id = %s AND EXISTS"
    " (SELECT 1 FROM deal d WHERE d.workspace_id = c.workspace_id)",
    "(SELECT 1 FROM company WHERE workspace_id = %s)"
    " UNION (SELECT 1 FROM deal WHERE workspace_id = %s)",
    "SELECT * FROM company WHERE id IN ((SELECT 1 FROM deal WHERE workspace_id = %s)"
    " INTERSECT (SELECT 2 FROM deal WHERE workspace_id = %s) INTERSECT (SELECT 3))"
    " AND workspace_id = %s",
    "UPDATE company SET name = 'x' WHERE workspace_id = %s",
    "DELETE FROM company WHERE workspace_id = %s",
    "INSERT INTO company (id, workspace_id) VALUES (%s, %s)",
    "SELECT company.name, company.id FROM member",
    "SELECT 'FROM company'",
    "ALTER TABLE company ADD COLUMN x int",
    "TRUNCATE company, deal",
]
NOT_BOUND = [
    "SELECT * FROM company",
    "SELECT workspace_id FROM company",
    "SELECT * FROM company WHERE workspace_id IS NOT NULL",
    "SELECT * FROM company WHERE workspace_id = workspace_id",
    "SELECT * FROM company c WHERE c.workspace_id = c.workspace_id",
    "SELECT * FROM member JOIN company ON company.id = member.id",
    "SELECT * FROM company c JOIN deal d ON d.company_id = c.id WHERE c.workspace_id = %s",
    "SELECT * FROM company c JOIN deal d ON d.workspace_id = c.workspace_id",
    "SELECT * FROM company, deal WHERE company.workspace_id = %s",
    "SELECT * FROM public.company",
    "SELECT * FROM company U0 WHERE U0.workspace_id = %s AND EXISTS"
    " (SELECT 1 FROM company U0 WHERE U0.id = %s)",
    "SELECT 1 FROM company WHERE workspace_id = %s UNION SELECT 1 FROM deal",
    "SELECT * FROM company WHERE id IN ((SELECT 1 FROM deal WHERE workspace_id = %s)"
    " INTERSECT (SELECT 2 FROM deal)) AND workspace_id = %s",
    "SELECT * FROM company WHERE id IN ((SELECT 1 FROM deal) INTERSECT"
    " (SELECT 2 FROM deal WHERE workspace_id = %s)) AND workspace_id = %s",
    "SELECT * FROM company WHERE id IN ((SELECT 1 FROM deal WHERE workspace_id = %s)"
    " INTERSECT ALL (SELECT 2 FROM deal WHERE workspace_id = %s))",
    "WITH mine AS (SELECT * FROM company) SELECT * FROM mine",
    "UPDATE company SET name = %s",
    "UPDATE company SET workspace_id = %s",
    "DELETE FROM company",
    "DELETE FROM company USING deal d WHERE company.workspace_id = %s",
    "INSERT INTO company (id, name) VALUES (%s, 'workspace_id')",
    "INSERT INTO member (workspace_id) SELECT id FROM company",
]


@pytest.mark.parametrize("sql", BOUND)
def test_a_bound_statement_passes(sql: str):
    found = unbound(sql, TABLES)

    assert found is None


@pytest.mark.parametrize("sql", NOT_BOUND)
def test_an_unbound_statement_is_found(sql: str):
    found = unbound(sql, TABLES)

    assert found is not None


@pytest.mark.django_db
def test_every_test_is_strict():
    with pytest.raises(Unbound), connection.cursor() as cursor:
        cursor.execute("SELECT name FROM opportunities_company")


@pytest.mark.django_db
def test_the_orm_binds_what_it_writes():
    Company.objects.create(name="Delta")

    assert Company.objects.filter(opportunities__name="none").count() == 0


@pytest.mark.django_db
def test_unbound_sql_is_let_through_for_a_reason():
    reason = "counts what row-level security shows"

    with unbound_sql(reason), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM opportunities_company")
        found = cursor.fetchone()

    assert found == (0,)


def test_unbound_sql_needs_a_reason():
    with pytest.raises(ValueError, match="needs a reason"), unbound_sql(" "):
        pass
