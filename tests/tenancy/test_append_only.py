"""What was written down is never changed, and erased only for a reason."""

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction

from accounts.models import AuditEvent, Workspace
from accounts.tenancy import AppendOnly, NoWorkspace, erasing, inside
from tests.factories import NOW, create_workspace

pytestmark = pytest.mark.django_db

TABLE = "accounts_auditevent"
COLUMNS = ", ".join(
    str(field.column) for field in AuditEvent._meta.local_concrete_fields
)
OF_OURS = "WHERE workspace_id = current_setting('app.workspace_id')::uuid"


def create_event(verb: str = "made") -> AuditEvent:
    return AuditEvent.objects.create(at=NOW, verb=verb, source="system")


def run(sql: str) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.rowcount)


CHANGES = {
    "update": lambda _event: AuditEvent.objects.update(verb="x"),
    "update of one": lambda event: AuditEvent.objects.filter(pk=event.pk).update(
        verb="x"
    ),
    "save": lambda event: event.save(),
    "save update_fields": lambda event: event.save(update_fields=["verb"]),
    "bulk_update": lambda event: AuditEvent.objects.bulk_update([event], ["verb"]),
    "update_or_create": lambda event: AuditEvent.objects.update_or_create(
        pk=event.pk, defaults={"verb": "x"}
    ),
    "instance delete": lambda event: event.delete(),
    "delete": lambda _event: AuditEvent.objects.all().delete(),
    "raw delete": lambda _event: AuditEvent.objects.all()._raw_delete("default"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_orm_refuses_to_change_it(name: str):
    event = create_event()

    with pytest.raises(AppendOnly), transaction.atomic():
        CHANGES[name](event)


@pytest.mark.parametrize("name", ["update", "save", "bulk_update", "update_or_create"])
def test_erasing_opens_no_update(name: str):
    event = create_event()

    with pytest.raises(AppendOnly), transaction.atomic(), erasing("a test"):
        CHANGES[name](event)


def test_a_bulk_upsert_is_refused():
    event = create_event()
    event.verb = "changed"

    with pytest.raises((AppendOnly, DatabaseError)), transaction.atomic():
        AuditEvent.objects.bulk_create(
            [event],
            update_conflicts=True,
            unique_fields=["workspace", "id"],
            update_fields=["verb"],
        )


@pytest.mark.parametrize(
    "sql",
    [
        f"UPDATE {TABLE} SET verb = 'x' {OF_OURS}",
        f"INSERT INTO {TABLE} ({COLUMNS}) SELECT {COLUMNS} FROM {TABLE} {OF_OURS}"
        " ON CONFLICT (workspace_id, id) DO UPDATE SET verb = 'x'",
    ],
    ids=["update", "on conflict do update"],
)
def test_the_database_refuses_an_update_with_an_error(sql: str):
    create_event()

    with pytest.raises(ProgrammingError, match="row-level security"):
        run(sql)


def test_the_database_deletes_nothing_unless_erasing():
    create_event()

    deleted = run(f"DELETE FROM {TABLE} {OF_OURS}")

    assert deleted == 0
    assert AuditEvent.objects.count() == 1


def test_it_is_added_to():
    create_event("one")
    AuditEvent(at=NOW, verb="two", source="system").save()
    AuditEvent.objects.bulk_create([AuditEvent(at=NOW, verb="three", source="system")])

    verbs = sorted(AuditEvent.objects.values_list("verb", flat=True))

    assert verbs == ["one", "three", "two"]


def test_erasing_deletes_of_the_open_workspace_only():
    theirs = create_workspace(slug="theirs")
    create_event()
    with inside(connection, theirs.pk):
        create_event()

    with erasing("a person asked for it"):
        AuditEvent.objects.all().delete()

    assert AuditEvent.objects.count() == 0
    with inside(connection, theirs.pk):
        assert AuditEvent.objects.count() == 1


def test_erasing_by_plain_sql_deletes_too():
    create_event()

    with erasing("a test of the policy"):
        deleted = run(f"DELETE FROM {TABLE} {OF_OURS}")

    assert deleted == 1


def test_erasing_is_over_when_the_block_is_left():
    create_event()

    with erasing("a test"):
        pass

    with pytest.raises(AppendOnly), transaction.atomic():
        AuditEvent.objects.all().delete()
    assert run(f"DELETE FROM {TABLE} {OF_OURS}") == 0


def test_erasing_is_over_when_the_block_fails():
    create_event()

    with pytest.raises(KeyError), erasing("a test"):
        raise KeyError

    with pytest.raises(AppendOnly), transaction.atomic():
        AuditEvent.objects.all().delete()


@pytest.mark.parametrize("reason", ["", "  "])
def test_erasing_needs_a_reason(reason: str):
    with pytest.raises(ValueError, match="reason"), erasing(reason):
        pass


def test_erasing_needs_a_workspace(ours: Workspace):
    with inside(connection, None), pytest.raises(NoWorkspace), erasing("a test"):
        pass
