"""The rules no linter knows."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.db.models import Model

from accounts.checks import OURS, our_models
from accounts.permissions import PERMISSIONS
from accounts.rest import WorkspaceView
from tests.urls import Door, doors, our_doors

ROOT = Path(settings.BASE_DIR)
FLOORS = list(OURS)
APPS = [*FLOORS, "buyreadiness"]
# A lower app's serializers and the parts of its templates may be used.
DOORS = {"views", "urls", "forms", "tasks", "receivers", "admin"}

# Who may open a workspace, and why. Everybody else works in the one that is open.
OPENERS = {
    "accounts/http/door.py",  # pages and the API
    "accounts/tenancy/tasks.py",  # the base of tasks
    "accounts/views/invitations.py",  # who accepts is not a member yet
    "accounts/views/workspaces.py",  # the workspace is being made
    "buyreadiness/management/commands/create_workspace.py",
    "buyreadiness/management/commands/export_data.py",
    "buyreadiness/management/commands/import_data.py",
    "buyreadiness/management/commands/seed_benchmark.py",
    "buyreadiness/management/commands/seed_demo.py",
    "buyreadiness/management/moments.py",  # the commands that ask as of a moment
    "buyreadiness/worlds.py",  # worlds for the demo and the benchmarks
    "coaching/migrations/0006_fill_new_plays.py",
    "coaching/migrations/0009_word_the_constraints_anew.py",
}
ERASERS = {
    "buyreadiness/management/commands/seed_demo.py",  # the demo is taken away
    "integrations/importing/undoing.py",  # an import leaves no trace but the audit
}


@pytest.mark.parametrize("door", doors(), ids=lambda door: door.name)
def test_every_view_is_guarded(door: Door):
    view_class = getattr(door.callback, "cls", object)

    is_guarded = bool(door.guard) or issubclass(view_class, WorkspaceView)

    assert is_guarded or not door.is_ours


@pytest.mark.parametrize(
    "door", [d for d in our_doors() if d.is_a_page], ids=lambda door: door.name
)
def test_every_page_of_a_workspace_asks_for_a_permission(door: Door):
    assert door.guard in PERMISSIONS
    assert door.pattern.startswith("w/<slug:slug>/")


@pytest.mark.parametrize(
    "door", [d for d in our_doors() if not d.is_a_page], ids=lambda door: door.name
)
def test_a_page_outside_says_who_may_come_in(door: Door):
    view_class: Any = getattr(door.callback, "cls", object)

    if issubclass(view_class, WorkspaceView):
        assert view_class.permission in PERMISSIONS
        assert re.fullmatch(r"[a-z_]+:(read|write)", view_class.scope)
    else:
        assert door.guard in {"public", "signed in"}


@pytest.mark.parametrize("app", FLOORS)
def test_no_app_opens_the_doors_of_another(app: str):
    trespassers = [
        place
        for place, name in imports_of(app)
        if name.split(".")[0] in set(FLOORS) - {app}
        and set(name.split(".")[1:2]) & DOORS
        # The floor lends the parts that forms are made of.
        and not name.startswith("accounts.forms.")
    ]

    assert trespassers == []


@pytest.mark.parametrize("app", APPS)
def test_nobody_listens_to_model_signals(app: str):
    listeners = [
        place
        for place, name in imports_of(app)
        if name.startswith(("django.db.models.signals", "django.db.models.signal"))
    ]

    assert listeners == []


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_foreign_keys_point_down(model: type[Model]):
    floor = FLOORS.index(model._meta.app_label)

    uphill = [
        field.name
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model
        if not isinstance(field.related_model, str)
        if field.related_model._meta.app_label in FLOORS[floor + 1 :]
    ]

    assert uphill == []


def test_only_the_doors_open_a_workspace():
    openers = {file for file, name in calls() if name == "workspace"}

    assert openers == OPENERS


def test_only_tests_step_inside_a_workspace_without_a_transaction_of_its_own():
    steppers = {file for file, name in calls() if name == "inside"}

    assert steppers == {"accounts/tenancy/__init__.py"}


def test_only_the_database_backend_lifts_the_guard():
    lifters = {file for file, name in calls() if name == "unguarded"}

    assert lifters == {"accounts/database/base.py", "accounts/database/schema.py"}


def test_erasing_is_for_the_few():
    erasers = {file for file, name in calls() if name == "erasing"}

    assert erasers == ERASERS


def test_nothing_is_declared_safe_html():
    words = re.compile(
        r"\bmark_safe\b|\|\s*safe(?:seq)?\b|autoescape\s+off|\bhtml_safe\b|SafeString\("
    )
    pages = (ROOT / "templates").rglob("*.html")  # letters (.txt) are not HTML

    declared = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in [*sources(), *pages]
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if words.search(line)
    ]

    assert declared == []


@pytest.mark.parametrize("document", ["docs/settings.md", ".env.example"])
def test_every_setting_is_documented(document: str):
    text = (ROOT / document).read_text()

    missing = [name for name in variables() if not re.search(rf"\b{name}\b", text)]

    assert missing == []


def test_the_system_checks_find_nothing():
    assert run_checks() == []


def test_settings_are_asked_for_by_name():
    assert {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "EMAIL_URL"} <= variables()


def variables() -> set[str]:
    """The environment variables that buyreadiness/settings.py reads."""
    tree = ast.parse((ROOT / "buyreadiness" / "settings.py").read_text())
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[0] == "env"
        if node.args and isinstance(node.args[0], ast.Constant)
        if isinstance(node.args[0].value, str)
    }


def sources() -> Iterator[Path]:
    for app in APPS:
        yield from sorted((ROOT / app).rglob("*.py"))


def imports_of(app: str) -> Iterator[tuple[str, str]]:
    """Yield (file:line, dotted name) for everything an app imports."""
    for path in sorted((ROOT / app).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import | ast.ImportFrom):
                module = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
                for alias in node.names:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", module + alias.name


@cache
def calls() -> list[tuple[str, str]]:
    """(file, function) for every call of tenancy's functions by our code."""
    return list(_calls())


def _calls() -> Iterator[tuple[str, str]]:
    for path in sources():
        tree = ast.parse(path.read_text())
        names = {
            alias.asname or alias.name: alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            and (node.module or "").startswith("accounts.tenancy")
            for alias in node.names
        }
        if path.match("accounts/tenancy/*.py"):
            names |= {"inside": "inside", "workspace": "workspace"}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            _module, _dot, last = called.rpartition("tenancy.")
            if called in names or called.startswith("tenancy."):
                yield str(path.relative_to(ROOT)), names.get(called, last)
