"""The embedded PostgreSQL: real clusters in temporary folders, real processes, real signals."""

import asyncio
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest

from server.platform import embedded, unprivileged
from server.platform.embedded import DataDirectoryInUse, EmbeddedPostgres, EmbeddedPostgresError

ROOT = os.geteuid() == 0

START_AND_DIE = """
import os, signal, sys
from pathlib import Path
from server.platform.embedded import EmbeddedPostgres
EmbeddedPostgres(Path(sys.argv[1])).start()
os.kill(os.getpid(), signal.SIGKILL)
"""

START_AND_STOP = """
import sys
from pathlib import Path
from server.platform.embedded import EmbeddedPostgres
postgres = EmbeddedPostgres(Path(sys.argv[1]))
postgres.start()
postgres.stop()
"""


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    """A data directory whose PostgreSQL, should a test leave one, is ended."""
    directory = tmp_path / "data"
    yield directory
    postmaster = EmbeddedPostgres(directory)._postmaster()
    if postmaster is not None:
        os.kill(postmaster.pid, signal.SIGQUIT)


@pytest.fixture
def postgres(directory: Path) -> Iterator[EmbeddedPostgres]:
    postgres = EmbeddedPostgres(directory)
    yield postgres
    postgres.stop()


def ask(dsn: str, sql: str) -> Any:
    async def inside() -> Any:
        connection = await asyncpg.connect(dsn)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(inside())


def postmaster_pid(directory: Path) -> int:
    return int((directory / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def run_python(script: str, directory: Path, prefix: list[str] | None = None) -> "subprocess.CompletedProcess[str]":
    command = [*(prefix or []), sys.executable, "-c", script, str(directory)]
    root = Path(__file__).parent.parent.parent
    return subprocess.run(command, cwd=root, check=False, capture_output=True, text=True)


def rights(path: Path) -> dict[Path, tuple[int, int, int]]:
    """Mode, owner and group of the path and of every folder above it."""
    return {p: (s.st_mode, s.st_uid, s.st_gid) for p in (path, *path.parents) for s in [p.stat()]}


class TestFirstStart:
    def test_serves_a_utf8_database_with_checksums_and_safe_commits(self, postgres: EmbeddedPostgres) -> None:
        dsn = postgres.start()
        assert ask(dsn, "SHOW server_encoding") == "UTF8"
        assert ask(dsn, "SHOW data_checksums") == "on"
        assert ask(dsn, "SHOW fsync") == "on"
        assert ask(dsn, "SHOW synchronous_commit") == "on"
        assert ask(dsn, "SELECT current_database()") == "onsite"

    def test_listens_on_no_network_address(self, postgres: EmbeddedPostgres, directory: Path) -> None:
        postgres.start()
        assert not psutil.Process(postmaster_pid(directory)).net_connections("inet")

    def test_lets_only_the_owner_reach_socket_and_files(self, postgres: EmbeddedPostgres, directory: Path) -> None:
        postgres.start()
        for path in (directory / "run", directory / "postgres", directory / "lock", directory / "postgres.log"):
            assert path.stat().st_mode & 0o077 == 0, path

    def test_changes_no_right_outside_the_data_directory(self, tmp_path: Path) -> None:
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        wheel = embedded._binaries(None)
        before = rights(closed), rights(wheel), rights(Path(sys.executable))
        postgres = EmbeddedPostgres(closed / "data")
        try:
            assert ask(postgres.start(), "SELECT 1") == 1
        finally:
            postgres.stop()
        assert (rights(closed), rights(wheel), rights(Path(sys.executable))) == before

    def test_leaves_no_half_cluster_after_a_crash_of_initdb(self, postgres: EmbeddedPostgres, directory: Path) -> None:
        half = directory / "postgres.new"
        half.mkdir(parents=True)
        (half / "PG_VERSION").write_text("16\n")
        assert ask(postgres.start(), "SELECT 1") == 1
        assert not half.exists()

    @pytest.mark.parametrize("name", ["with space, comma", 'with "quotes"', "数据 с данными", "p%4ercent&and?more#"])
    def test_takes_any_folder_name(self, tmp_path: Path, name: str) -> None:
        postgres = EmbeddedPostgres(tmp_path / name)
        try:
            assert ask(postgres.start(), "SELECT 1") == 1
        finally:
            postgres.stop()


class TestLongPath:
    def test_puts_the_socket_into_a_private_temporary_folder(self, tmp_path: Path) -> None:
        postgres = EmbeddedPostgres(tmp_path / ("long" * 30))
        try:
            assert ask(postgres.start(), "SELECT 1") == 1
            postmaster = postgres._postmaster()
            assert postmaster is not None
            assert postmaster.socket_directory.stat().st_mode & 0o077 == 0
        finally:
            postgres.stop()
        assert not postmaster.socket_directory.exists()


class TestSecondStart:
    def test_finds_what_was_written(self, postgres: EmbeddedPostgres) -> None:
        ask(postgres.start(), "CREATE TABLE kept AS SELECT 7 AS number")
        postgres.stop()
        assert ask(postgres.start(), "SELECT number FROM kept") == 7

    def test_puts_a_long_log_aside(
        self, postgres: EmbeddedPostgres, directory: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        postgres.start()
        postgres.stop()
        monkeypatch.setattr(embedded, "LOG_KEPT", 10)
        postgres.start()
        assert (directory / "postgres.log.1").exists()


class TestStop:
    def test_leaves_no_process(self, postgres: EmbeddedPostgres, directory: Path) -> None:
        postgres.start()
        pid = postmaster_pid(directory)
        postgres.stop()
        assert not psutil.pid_exists(pid)

    def test_does_not_wait_for_open_connections(self, postgres: EmbeddedPostgres, directory: Path) -> None:
        dsn = postgres.start()

        async def inside() -> None:
            connection = await asyncpg.connect(dsn)
            await connection.execute("BEGIN")
            await asyncio.to_thread(postgres.stop)
            connection.terminate()

        asyncio.run(inside())
        assert not (directory / "postgres" / "postmaster.pid").exists()

    def test_may_be_called_without_a_start_and_twice(self, postgres: EmbeddedPostgres) -> None:
        postgres.stop()
        postgres.start()
        postgres.stop()
        postgres.stop()


class TestServerKilled:
    def test_the_next_start_adopts_the_postmaster_and_stops_it(
        self, postgres: EmbeddedPostgres, directory: Path
    ) -> None:
        assert run_python(START_AND_DIE, directory).returncode == -signal.SIGKILL
        orphan = postmaster_pid(directory)
        assert ask(postgres.start(), "SELECT 1") == 1
        assert postmaster_pid(directory) == orphan
        postgres.stop()
        assert postgres._postmaster() is None

    def test_starts_anew_when_the_postmaster_was_killed_too(self, postgres: EmbeddedPostgres, directory: Path) -> None:
        run_python(START_AND_DIE, directory)
        orphan = postmaster_pid(directory)
        killed = psutil.Process(orphan)
        killed.kill()
        while not embedded._ended(killed):  # it dies in its own time
            time.sleep(0.01)
        assert ask(postgres.start(), "SELECT 1") == 1
        assert postmaster_pid(directory) != orphan

    def test_is_not_misled_by_a_process_id_given_out_again(self, postgres: EmbeddedPostgres, directory: Path) -> None:
        run_python(START_AND_DIE, directory)
        orphan = postmaster_pid(directory)
        pid_file = directory / "postgres" / "postmaster.pid"
        os.kill(orphan, signal.SIGKILL)
        pid_file.write_text(pid_file.read_text().replace(str(orphan), str(os.getpid()), 1))
        assert postgres.running_dsn() is None
        assert ask(postgres.start(), "SELECT 1") == 1


class TestTwoServers:
    def test_the_second_is_refused_with_a_sentence(self, postgres: EmbeddedPostgres, directory: Path) -> None:
        postgres.start()
        with pytest.raises(DataDirectoryInUse, match=rf"process {os.getpid()}\) already uses"):
            EmbeddedPostgres(directory).start()

    def test_the_second_may_join(self, postgres: EmbeddedPostgres, directory: Path) -> None:
        dsn = postgres.start()
        assert EmbeddedPostgres(directory).running_dsn() == dsn

    def test_nobody_to_join_when_nothing_runs(self, postgres: EmbeddedPostgres) -> None:
        assert postgres.running_dsn() is None


class TestUnusableCluster:
    def test_another_major_version_is_named(self, postgres: EmbeddedPostgres, directory: Path) -> None:
        (directory / "postgres").mkdir(parents=True)
        (directory / "postgres" / "PG_VERSION").write_text("13\n")
        with pytest.raises(EmbeddedPostgresError, match="made by PostgreSQL 13"):
            postgres.start()

    def test_what_postgresql_said_is_told(self, postgres: EmbeddedPostgres, directory: Path) -> None:
        postgres.start()
        postgres.stop()
        (directory / "postgres" / "postgresql.auto.conf").write_text("no_such_setting = 1\n")
        with pytest.raises(EmbeddedPostgresError, match=r"did not start: .*errors"):
            postgres.start()
        (directory / "postgres" / "postgresql.auto.conf").write_text("")
        assert ask(postgres.start(), "SELECT 1") == 1


@pytest.mark.skipif(not ROOT, reason="only root needs a way to run PostgreSQL")
class TestAsRoot:
    @pytest.mark.parametrize("way", unprivileged.WAYS)
    def test_each_way_that_this_system_allows_works(
        self, postgres: EmbeddedPostgres, directory: Path, way: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(unprivileged, "WAYS", (way,))
        before = rights(directory.parent)
        try:
            dsn = postgres.start()
        except EmbeddedPostgresError:
            pytest.skip(f"{way} does not work here")
        assert ask(dsn, "SELECT 1") == 1
        assert rights(directory.parent) == before

    def test_a_cluster_survives_a_change_of_the_way(
        self, postgres: EmbeddedPostgres, directory: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ask(postgres.start(), "CREATE TABLE kept AS SELECT 7 AS number")
        postgres.stop()
        monkeypatch.setattr(unprivileged, "WAYS", unprivileged.WAYS[1:])
        try:
            assert ask(postgres.start(), "SELECT number FROM kept") == 7
        except EmbeddedPostgresError:
            pytest.skip("only one way works here")
        postgres.stop()
        monkeypatch.undo()
        assert ask(postgres.start(), "SELECT number FROM kept") == 7

    def test_says_what_to_do_when_no_way_works(
        self, postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(unprivileged, "WAYS", ())
        with pytest.raises(EmbeddedPostgresError, match="ordinary user, or name another PostgreSQL in DATABASE_URL"):
            postgres.start()


class TestAsAnOrdinaryUser:
    def test_starts_and_stops(self, directory: Path) -> None:
        prefix = []
        if ROOT:  # a namespace makes us one: our own files, but no uid 0 and no privilege
            nobody = pwd.getpwnam("nobody")
            uid, gid = str(nobody.pw_uid), str(nobody.pw_gid)
            prefix = [sys.executable, "-I", "-S", unprivileged.__file__, "namespace", uid, gid]
            if subprocess.run([*prefix, sys.executable, "-c", ""], check=False, capture_output=True).returncode != 0:
                pytest.skip("this system forbids user namespaces")
        done = run_python(START_AND_STOP, directory, prefix)
        assert done.returncode == 0, done.stderr
        assert "database system is shut down" in (directory / "postgres.log").read_text()
