"""One workspace at a time, and code and transaction agree on it."""

import asyncio
import threading
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import OperationalError, connection, connections, transaction

from accounts import tenancy
from accounts.models import Workspace
from accounts.tenancy import NoWorkspace, WrongWorkspace, inside, workspace
from opportunities.models import Company
from tests.factories import create_company, create_workspace
from tests.tenancy.world import open_here


def setting() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('app.workspace_id', true), '')")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
def test_opening_the_open_workspace_again_does_nothing(ours: Workspace):
    with workspace(ours):
        create_company()

    assert Company.objects.count() == 1
    assert setting() == str(ours.pk)


@pytest.mark.django_db
def test_opening_another_workspace_is_refused(ours: Workspace):
    theirs = create_workspace(slug="theirs")

    with pytest.raises(WrongWorkspace, match="still open"), workspace(theirs):
        pass


@pytest.mark.django_db
def test_what_is_no_id_is_no_workspace():
    mischief = workspace("x'; DROP TABLE accounts_team; --")

    with inside(connection, None), pytest.raises(ValueError, match="UUID"), mischief:
        pass


@pytest.mark.django_db
def test_the_old_workspace_comes_back(ours: Workspace):
    theirs = create_workspace(slug="theirs")

    with inside(connection, theirs.pk):
        within = setting()

    assert (within, setting()) == (str(theirs.pk), str(ours.pk))


@pytest.mark.django_db
def test_the_old_workspace_comes_back_after_an_error(ours: Workspace):
    theirs = create_workspace(slug="theirs")

    with pytest.raises(KeyError), inside(connection, theirs.pk):
        raise KeyError

    assert tenancy.current(connection) == ours.pk
    assert setting() == str(ours.pk)


@pytest.mark.django_db
def test_code_and_transaction_must_agree(
    ours: Workspace, monkeypatch: pytest.MonkeyPatch
):
    theirs = create_workspace(slug="theirs")

    with monkeypatch.context() as patch:
        patch.setattr(connections["default"], "workspace_id", theirs.pk)

        with pytest.raises(WrongWorkspace, match="its transaction in"):
            Company.objects.count()


@pytest.mark.django_db(transaction=True)
def test_a_workspace_is_shut_with_its_transaction(committed: Workspace):
    with workspace(committed):
        create_company()

    assert (open_here(), setting()) == ((None, None), "")
    with pytest.raises(NoWorkspace):
        Company.objects.count()


@pytest.mark.django_db(transaction=True)
def test_a_workspace_is_never_opened_inside_a_transaction(committed: Workspace):
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        workspace(committed).__enter__()


@pytest.mark.django_db(transaction=True)
def test_a_failure_keeps_nothing(committed: Workspace):
    def fail() -> None:
        with workspace(committed):
            create_company()
            raise KeyError

    with pytest.raises(KeyError):
        fail()

    with workspace(committed):
        assert Company.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_another_thread_is_not_inside(committed: Workspace):
    answers: list[str] = []

    def look() -> None:
        try:
            Company.objects.count()
        except NoWorkspace as refusal:
            answers.append(str(refusal))
        finally:
            connection.close()

    with workspace(committed):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()

    assert answers == ["no workspace is open"]


@pytest.mark.django_db(transaction=True)
def test_a_thread_that_only_has_the_context_is_refused(committed: Workspace):
    def look() -> int:
        try:
            return Company.objects.count()
        finally:
            connection.close()

    async def main() -> int:
        return await sync_to_async(look, thread_sensitive=False)()

    with pytest.raises(NoWorkspace, match="another connection"), workspace(committed):
        async_to_sync(main)()


@pytest.mark.django_db
def test_a_coroutine_is_inside_with_who_called_it(ours: Workspace):
    create_company()

    async def count() -> int:
        await asyncio.sleep(0)
        return await Company.objects.acount()

    assert async_to_sync(count)() == 1


@pytest.mark.django_db(transaction=True)
def test_a_killed_backend_leaves_nothing_open(committed: Workspace):
    def be_killed() -> None:
        with workspace(committed), connection.cursor() as cursor:
            create_company()
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(OperationalError):
        be_killed()

    assert open_here() == (None, None)
    connection.close()
    with workspace(committed):
        assert Company.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_is_guarded_once(committed: Workspace):
    for _again in range(3):
        connection.close()
        connection.ensure_connection()

    guards = [w for w in connection.execute_wrappers if w.__name__ == "guard"]

    assert len(guards) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1 FROM opportunities_company",
        'SELECT 1 FROM "opportunities_company"',
        "SELECT 1 FROM public.Opportunities_Company",
        "WITH x AS (DELETE FROM opportunities_company RETURNING 1) SELECT 1",
        "/* note */ UPDATE opportunities_company SET name = ''",
        "TRUNCATE opportunities_company CASCADE",
        "COPY opportunities_company TO STDOUT",
    ],
)
def test_plain_sql_is_guarded(statement: str):
    with (
        inside(connection, None),
        connection.cursor() as cursor,
        pytest.raises(NoWorkspace),
    ):
        cursor.execute(statement)


@pytest.mark.django_db
def test_bytes_and_executemany_are_guarded():
    sql: Any = b"SELECT 1 FROM opportunities_company"

    with inside(connection, None), connection.cursor() as cursor:
        with pytest.raises(NoWorkspace):
            cursor.execute(sql)
        with pytest.raises(NoWorkspace):
            cursor.executemany("DELETE FROM opportunities_company WHERE id = %s", [[1]])


@pytest.mark.django_db
def test_other_tables_need_no_workspace():
    with inside(connection, None):
        assert Workspace.objects.filter(slug="ours").count() == 1
