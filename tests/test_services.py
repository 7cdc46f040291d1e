import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from buyreadiness.services.ports import WebAddress, free_port, refuse_taken
from buyreadiness.services.postgres import check_database
from buyreadiness.services.provide import STARTERS, Services
from buyreadiness.services.refused import Refused
from buyreadiness.services.state import Household, kept_secret
from buyreadiness.services.urls import parse_address
from buyreadiness.services.valkey import check_cache

PROJECT = Path(__file__).resolve().parent.parent


def make_folder() -> Iterator[Path]:
    """Yield a state folder that the user who runs PostgreSQL may pass through."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o711)
        yield Path(name)


folder = pytest.fixture(make_folder, scope="module")
another_folder = pytest.fixture(make_folder)


@pytest.fixture(scope="module")
def services(folder: Path) -> Iterator[Services]:
    (folder / "postgres-new").mkdir()  # what an interrupted first start leaves behind
    services = Services()
    services.start(folder, STARTERS)
    yield services
    services.stop()


def run_bootstrap(
    project: Path, *arguments: str, pretend: str = "", path: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run bootstrap.py in a project folder; `pretend` runs before it, in its Python."""
    (project / "site").mkdir(exist_ok=True)
    (project / "site" / "sitecustomize.py").write_text(pretend)
    env = os.environ | {"PYTHONPATH": str(project / "site")}
    if path is not None:
        env["PATH"] = path
    return subprocess.run(
        [sys.executable, "bootstrap.py", *arguments],
        cwd=project,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def run_manage(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=os.environ | env,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that needs no packages at all."""
    (tmp_path / "bootstrap.py").write_text((PROJECT / "bootstrap.py").read_text())
    (tmp_path / "requirements.lock").touch()
    (tmp_path / "requirements-dev.lock").touch()
    return tmp_path


@pytest.mark.django_db
def test_role_is_bound_by_row_level_security():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolreplication"
            " FROM pg_roles WHERE rolname = current_user"
        )
        powers = cursor.fetchone()

    assert powers == (False, False, False, False)


def test_started_services_can_be_used(services: Services):
    check_database("DATABASE_URL", services.urls["DATABASE_URL"])
    check_cache("REDIS_URL", services.urls["REDIS_URL"])


def test_passwords_are_in_no_process_list(services: Services, folder: Path):
    passwords = [urlsplit(url).password or "" for url in services.urls.values()]
    passwords.append(kept_secret(folder / "postgres.password"))

    commands = [
        path.read_bytes().decode(errors="replace")
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if path.exists()
    ]

    assert [word for word in passwords for line in commands if word in line] == []


def test_passwords_lie_in_files_of_our_own(services: Services, folder: Path):
    files = [folder / "postgres.password", folder / "database.password"]

    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600, 0o600]


def test_services_listen_on_this_machine_only(services: Services):
    ports = {urlsplit(url).port for url in services.urls.values()}

    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    places = [row[1].split(":") for row in rows[1:] if row[3] == "0A"]  # 0A: listening
    found = {address for address, port in places if int(port, 16) in ports}

    assert found == {"0100007F"}


def test_services_start_again_with_what_they_kept(another_folder: Path):
    folder, first, second = another_folder, Services(), Services()

    first.start(folder, ["DATABASE_URL"])
    first.stop()
    second.start(folder, ["DATABASE_URL"])
    second.stop()

    passwords = {
        urlsplit(each.urls["DATABASE_URL"]).password for each in (first, second)
    }
    assert len(passwords) == 1


def test_one_process_owns_a_state_folder(tmp_path: Path):
    first, second = Household(tmp_path), Household(tmp_path)

    assert first.move_in()
    assert not second.move_in()
    first.move_out()
    assert second.move_in()
    second.move_out()


def test_kept_secret_is_made_once_and_private(tmp_path: Path):
    file = tmp_path / "secret"

    assert kept_secret(file) == kept_secret(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("banana", "X is not an address like redis://:password@host:6379/0."),
        ("redis://h:port/0", "X is not an address like redis://:password@host:6379/0."),
        (
            "redis:///0",
            "X does not name the host; it looks like redis://:password@host:6379/0.",
        ),
    ],
)
def test_unreadable_cache_address_is_refused(url: str, sentence: str):
    with pytest.raises(Refused) as refusal:
        check_cache("X", url)

    assert str(refusal.value) == sentence


def test_cache_that_refuses_is_named_without_its_password():
    port = free_port()

    with pytest.raises(Refused) as refusal:
        check_cache("REDIS_URL", f"redis://:swordfish@127.0.0.1:{port}/0")

    assert str(refusal.value) == (
        f"REDIS_URL: 127.0.0.1:{port} cannot be reached: Connection refused."
    )


def test_cache_that_knows_another_password_says_so(services: Services):
    port = urlsplit(services.urls["REDIS_URL"]).port

    with pytest.raises(Refused) as refusal:
        check_cache("REDIS_URL", f"redis://:swordfish@127.0.0.1:{port}/0")

    assert str(refusal.value) == (
        f"REDIS_URL: 127.0.0.1:{port} answered: WRONGPASS invalid username-password"
        " pair or user is disabled."
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"scheme": "mysql"}, "is not an address like"),
        ({"path": ""}, "does not name the database"),
        ({"password": "swordfish"}, "refuses user 'buyreadiness' with this password."),
        ({"path": "nothing"}, "has no database 'nothing'."),
        ({"port": "1"}, "refuses the connection: no PostgreSQL listens there."),
    ],
)
def test_wrong_database_address_ends_a_command_with_one_sentence(
    services: Services, change: dict[str, str], sentence: str
):
    right = parse_address("DATABASE_URL", services.urls["DATABASE_URL"])
    parts = {
        name: str(getattr(right, name))
        for name in ("scheme", "password", "port", "path")
    } | change
    url = "{scheme}://buyreadiness:{password}@127.0.0.1:{port}/{path}".format(**parts)

    done = run_manage("migrate", DATABASE_URL=url)

    assert done.returncode == 1
    assert done.stdout == ""
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert parts["password"] not in done.stderr


def test_database_without_tables_ends_a_command_with_one_sentence(services: Services):
    done = run_manage(
        *("export_data", "/dev/null", "--workspace=none"),
        DATABASE_URL=services.urls["DATABASE_URL"],
    )

    assert done.returncode == 1
    assert "does not have the tables of this version yet" in done.stderr
    assert done.stderr.count("\n") == 1


def test_help_starts_nothing(tmp_path: Path):
    done = run_manage(
        "help", DATABASE_URL="", REDIS_URL="", BUYREADINESS_STATE=str(tmp_path)
    )

    assert done.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_taken_port_is_refused():
    port = free_port()
    address = WebAddress("127.0.0.1", port)

    with subprocess.Popen(
        [sys.executable, "-m", "http.server", "-b", "127.0.0.1", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as other:
        assert other.stdout
        other.stdout.readline()
        with pytest.raises(Refused) as refusal:
            refuse_taken(address)
        other.terminate()

    assert str(refusal.value) == (
        f"Port {port} is taken by another program: PORT=8000 make run uses another one."
    )


def test_bootstrap_does_nothing_the_second_time(project: Path):
    first, second = run_bootstrap(project), run_bootstrap(project)

    assert (first.returncode, first.stdout) == (
        0,
        "Installing requirements.lock into .venv\n",
    )
    assert (second.returncode, second.stdout) == (0, "")


def test_bootstrap_for_developers_serves_running_too(project: Path):
    run_bootstrap(project, "--dev")

    assert run_bootstrap(project).stdout == ""


@pytest.mark.parametrize("damage", [".venv/.ready", ".venv/bin/python"])
def test_bootstrap_mends_a_half_made_environment(project: Path, damage: str):
    run_bootstrap(project)
    (project / damage).unlink()

    assert run_bootstrap(project).stdout != ""
    assert (project / damage).exists()


def test_bootstrap_puts_the_project_on_the_path(project: Path):
    (project / "ours.py").write_text("print('found')")
    run_bootstrap(project)

    command = [str(project / ".venv/bin/python"), "-m", "ours"]
    assert subprocess.check_output(command, cwd="/", text=True) == "found\n"


def test_bootstrap_refuses_an_old_python(project: Path):
    done = run_bootstrap(project, pretend="import sys; sys.version_info = (3, 10, 4)")

    assert (done.returncode, done.stderr) == (
        1,
        "Python 3.11 or newer is needed, and this one is 3.10.\n",
    )


def test_bootstrap_says_what_a_python_without_venv_needs(project: Path):
    pretend = "import sys; sys.modules['ensurepip'] = None"
    done = run_bootstrap(project, pretend=pretend, path="/nowhere")

    assert (done.returncode, done.stderr) == (
        1,
        "This python3 cannot make virtual environments: install python3-venv (apt-get"
        " install python3-venv) or uv (https://docs.astral.sh/uv/).\n",
    )


def test_bootstrap_ends_a_failed_installation_with_a_sentence(project: Path):
    (project / "requirements.lock").write_text("no such thing at all!\n")

    done = run_bootstrap(project)

    assert done.returncode == 1
    assert done.stderr.endswith(
        "The installation failed for the reason above; once that is mended, the same"
        " command starts it afresh.\n"
    )
    assert "Traceback" not in done.stderr
    assert not (project / ".venv/.ready").exists()
