"""`onsite backup` and `onsite restore` as a person types them: real commands, real files, a real PostgreSQL."""

import asyncio
import hashlib
import io
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import asyncpg
import pytest

from server import cli
from server.platform import restore
from server.platform.embedded import EmbeddedPostgres, programs_for
from server.platform.migrate import known_migrations
from server.platform.storage import Blobs, Bucket, Place
from server.platform.storage.shelves import where
from tests.blobs import Server
from tests.conftest import with_database

PHOTO = b"a photo"
DIGEST = hashlib.sha256(PHOTO).hexdigest()
_ONLY_PHOTOS = "ALTER TABLE completion_photo DROP CONSTRAINT completion_photo_completion_id_fkey;"
_KEPT_PHOTO = """
INSERT INTO completion_photo (completion_id, job_id, digest, size, media_type, received_at)
    VALUES (gen_random_uuid(), gen_random_uuid(), '{digest}', 7, 'image/jpeg', now());
"""


class Done(NamedTuple):
    status: int
    out: str
    err: str


def onsite(*words: Any, database_url: str = "", bucket: Bucket | None = None) -> Done:
    """What the command does, in this process: starting Python again and again would take most of the time."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setenv("DATABASE_URL", database_url)
        if bucket is not None:
            patch.setenv("ONSITE_STORAGE_URL", bucket.url)
            patch.setenv("ONSITE_STORAGE_ENDPOINT", bucket.endpoint or "")
            patch.setenv("ONSITE_STORAGE_REGION", bucket.region or "")
            patch.setenv("ONSITE_STORAGE_KEY_ID", bucket.key_id or "")
            patch.setenv("ONSITE_STORAGE_SECRET", bucket.secret or "")
        status = cli.main([str(word) for word in words])
    return Done(status, out.getvalue(), err.getvalue())


def onsite_in_a_process(project: Path, *words: Any) -> Done:
    command = [sys.executable, "-m", "server.cli", *map(str, words)]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(command, cwd=project, check=False, capture_output=True, text=True, env=environment)
    return Done(done.returncode, done.stdout, done.stderr)


def ask(dsn: str, sql: str) -> Any:
    async def inside() -> Any:
        connection: Any = await asyncpg.connect(dsn)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(inside())


def tell(dsn: str, script: str) -> None:
    async def inside() -> None:
        connection: Any = await asyncpg.connect(dsn)
        try:
            await connection.execute(script)
        finally:
            await connection.close()

    asyncio.run(inside())


class Installation:
    """A data directory, and its database whenever somebody asks."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def ask(self, sql: str) -> Any:
        return self._with(lambda dsn: ask(dsn, sql))

    def tell(self, script: str) -> None:
        self._with(lambda dsn: tell(dsn, script))

    def _with(self, work: Callable[[str], Any]) -> Any:
        postgres = EmbeddedPostgres(self.data)
        try:
            return work(postgres.start())
        finally:
            postgres.stop()

    def holds(self, username: str) -> bool:
        return bool(self.ask(f"SELECT EXISTS (SELECT FROM app_user WHERE username = '{username}')"))


def add_user(username: str) -> str:
    return (
        f"INSERT INTO app_user (id, username, name, password_hash, role) VALUES ('{uuid4()}', '{username}', 'x', 'x',"
        " 'hq_manager')"
    )


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, project: Path) -> Installation:
    """Li and a photo, as they were when `backup` was made; Wang came after it."""
    installation = Installation(tmp_path_factory.mktemp("original") / "data")
    assert onsite("migrate", "--data", installation.data).status == 0
    (installation.data / "secrets.json").write_bytes(b'{"made": "for this test"}')
    Blobs(installation.data / "blobs").take_in_now(DIGEST, [PHOTO])
    installation.tell(add_user("li") + ";" + _ONLY_PHOTOS + _KEPT_PHOTO.format(digest=DIGEST))
    return installation


@pytest.fixture(scope="module")
def backup(original: Installation, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made while somebody else runs the database, and in the middle of their transaction."""
    file = tmp_path_factory.mktemp("backup") / "monday.onsite"
    postgres = EmbeddedPostgres(original.data)
    try:
        dsn = postgres.start()
        done = asyncio.run(_back_up_beside_a_writer(project, original, file, dsn))
        assert done.status == 0, done.err
        assert "1 photos" in done.out
    finally:
        postgres.stop()
    original.tell(add_user("wang"))
    return file


async def _back_up_beside_a_writer(project: Path, original: Installation, file: Path, dsn: str) -> Any:
    connection: Any = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            await connection.execute(add_user("not committed"))
            return await asyncio.to_thread(onsite_in_a_process, project, "backup", file, "--data", original.data)
    finally:
        await connection.close()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Installation:
    return Installation(tmp_path / "elsewhere")


@pytest.fixture
def later(original: Installation, backup: Path, tmp_path: Path) -> Installation:
    """The installation as it went on after the backup; a copy that the test may spoil."""
    shutil.copytree(original.data, tmp_path / "later", ignore=shutil.ignore_patterns("run", "lock"))
    return Installation(tmp_path / "later")


class TestABackup:
    def test_is_for_its_owner_alone(self, backup: Path) -> None:
        assert backup.stat().st_mode & 0o077 == 0

    def test_never_takes_the_place_of_a_file(self, project: Path, original: Installation, backup: Path) -> None:
        before = backup.read_bytes()
        done = onsite("backup", backup, "--data", original.data)
        assert (done.status, done.err) == (1, f"onsite: There is already a file {backup}.\n")
        assert backup.read_bytes() == before

    def test_of_nothing_is_refused(self, project: Path, tmp_path: Path) -> None:
        done = onsite("backup", tmp_path / "file", "--data", tmp_path / "nowhere")
        assert (done.status, done.err) == (1, f"onsite: There is no installation in {tmp_path / 'nowhere'}.\n")
        assert list(tmp_path.iterdir()) == []


class TestRestoringIntoANewDirectory:
    def test_brings_everything_back_under_another_epoch(
        self, project: Path, original: Installation, backup: Path, elsewhere: Installation
    ) -> None:
        done = onsite("restore", backup, "--data", elsewhere.data)
        assert done.status == 0, done.err
        names = elsewhere.ask("SELECT array_agg(username) FROM app_user")
        assert names == ["li"], "one snapshot: nothing that was not committed, nothing that came later"
        assert elsewhere.ask("SELECT epoch FROM installation") != original.ask("SELECT epoch FROM installation")
        assert (elsewhere.data / "secrets.json").read_bytes() == (original.data / "secrets.json").read_bytes()
        assert Blobs(elsewhere.data / "blobs").get_now(DIGEST) == PHOTO
        assert elsewhere.ask("SELECT nextval('job_number')") == 10001, "sequences too"
        assert EmbeddedPostgres(elsewhere.data).running_dsn() is None


class TestRestoringOverAnInstallation:
    def test_needs_to_be_meant(self, project: Path, backup: Path, later: Installation) -> None:
        done = onsite("restore", backup, "--data", later.data)
        assert (done.status, "say --replace" in done.err, done.err.count("\n")) == (1, True, 1)
        assert later.holds("wang")

    def test_replaces_what_came_since_and_keeps_every_photo(
        self, project: Path, backup: Path, later: Installation
    ) -> None:
        newer = hashlib.sha256(b"newer").hexdigest()
        Blobs(later.data / "blobs").take_in_now(newer, [b"newer"])
        (later.data / "blobs" / where("kept", DIGEST)).write_bytes(b"damaged")
        later.tell("CREATE TABLE of_a_newer_release (id uuid REFERENCES app_user (id))")
        done = onsite("restore", backup, "--replace", "--data", later.data)
        assert done.status == 0, done.err
        assert not later.holds("wang")
        assert later.ask("SELECT to_regclass('of_a_newer_release')") is None
        assert Blobs(later.data / "blobs").get_now(newer) == b"newer"
        assert Blobs(later.data / "blobs").get_now(DIGEST) == PHOTO

    def test_is_refused_while_a_server_runs_on_it(self, project: Path, backup: Path, later: Installation) -> None:
        postgres = EmbeddedPostgres(later.data)
        try:
            postgres.start()
            done = onsite("restore", backup, "--replace", "--data", later.data)
        finally:
            postgres.stop()
        assert (done.status, "already uses the data directory" in done.err) == (1, True)
        assert later.holds("wang")


def cut(backup: Path, to: Path) -> Path:
    to.write_bytes(backup.read_bytes()[: backup.stat().st_size * 2 // 3])
    return to


def cut_between_parts(backup: Path, to: Path) -> Path:
    with tarfile.open(backup) as tar:
        end = next(member.offset for member in tar if member.name == "sums.json")
    to.write_bytes(backup.read_bytes()[:end])
    return to


def spoilt(backup: Path, to: Path) -> Path:
    content = bytearray(backup.read_bytes())
    content[len(content) // 2] ^= 1
    to.write_bytes(content)
    return to


def of_another_kind(_: Path, to: Path) -> Path:
    to.write_bytes(os.urandom(100_000))
    return to


def empty(_: Path, to: Path) -> Path:
    to.touch()
    return to


def another_tar(_: Path, to: Path) -> Path:
    with tarfile.open(to, "w") as tar:
        tar.add(__file__, "something.py")
    return to


def of_a_newer_release(backup: Path, to: Path) -> Path:
    return _saying(backup, to, b"2026-11-22T16:00:00:000000", b"2999-11-22T16:00:00:000000")


def of_a_newer_format(backup: Path, to: Path) -> Path:
    return _saying(backup, to, b'"format":1', b'"format":9')


def _saying(backup: Path, to: Path, old: bytes, new: bytes) -> Path:
    """With another `about.json`, and sums that fit it."""
    content = backup.read_bytes()
    start, end = 512, content.index(b"\0", 512)
    about = content[start:end]
    said = about.replace(old, new)
    content = content.replace(about, said, 1)
    old, new = (hashlib.sha256(text).hexdigest().encode() for text in (about, said))
    to.write_bytes(content.replace(old, new))
    return to


class TestAFileThatCannotBeRestored:
    @pytest.mark.parametrize(
        ("spoil", "words"),
        [
            (cut, "is cut"),
            (cut_between_parts, "is cut"),
            (spoilt, "is damaged"),
            (of_another_kind, "is not a backup that Onsite made"),
            (empty, "is not a backup that Onsite made"),
            (another_tar, "is not a backup that Onsite made"),
            (of_a_newer_release, "was made by a newer Onsite"),
            (of_a_newer_format, "was made by a newer Onsite"),
        ],
    )
    def test_is_refused_with_one_sentence_that_says_why(
        self, backup: Path, tmp_path: Path, spoil: Callable[[Path, Path], Path], words: str
    ) -> None:
        file = spoil(backup, tmp_path / "file")
        with pytest.raises(Exception, match=words) as refusal:
            restore.check(file)
        assert type(refusal.value).__module__.startswith("server.platform")
        assert str(refusal.value).startswith(str(file))

    def test_changes_nothing(self, project: Path, backup: Path, later: Installation, tmp_path: Path) -> None:
        file = cut(backup, tmp_path / "file")
        done = onsite("restore", file, "--replace", "--data", later.data)
        assert (done.status, done.err.count("\n")) == (1, 1)
        assert later.holds("wang")

    def test_a_dump_that_postgresql_refuses_changes_nothing(
        self, backup: Path, later: Installation, tmp_path: Path
    ) -> None:
        """Everything fits its sum, and still it cannot be read: the transaction is rolled back."""
        file = tmp_path / "file"
        about, sums = restore.check(backup)
        content = bytearray(backup.read_bytes())
        with tarfile.open(backup) as tar:
            dump = tar.getmember("database.dump")
        middle = dump.offset_data + dump.size * 3 // 4
        content[middle : middle + 64] = os.urandom(64)
        file.write_bytes(content)
        postgres = EmbeddedPostgres(later.data)
        try:
            dsn = postgres.start()
            with pytest.raises(restore.RestoreError, match=r"could not be restored|pg_restore"):
                asyncio.run(restore.restore(dsn, later.data, Blobs(later.data / "blobs"), file, about, sums))
            assert ask(dsn, "SELECT count(*) FROM app_user WHERE username = 'wang'") == 1
        finally:
            postgres.stop()
        restore.refuse_unfinished(later.data)


@pytest.mark.deep
class TestABackupOfAnOlderRelease:
    def test_is_migrated_forward(self, project: Path, tmp_path: Path) -> None:
        """As the first release left it: later migrations have not run."""
        first = sorted(known_migrations())[1]
        older, newer = Installation(tmp_path / "older"), Installation(tmp_path / "newer")
        made = [sys.executable, "-c", _FIRST_RELEASE, str(older.data), first]
        subprocess.run(made, cwd=project, check=True, capture_output=True)
        older.tell(add_user("li"))
        assert onsite("backup", tmp_path / "old.onsite", "--data", older.data).status == 0
        done = onsite("restore", tmp_path / "old.onsite", "--data", newer.data)
        assert done.status == 0, done.err
        later = [line.removeprefix("migrated ") for line in done.out.splitlines() if line.startswith("migrated ")]
        assert later == sorted(known_migrations())[2:]
        assert newer.holds("li")


_FIRST_RELEASE = """
import asyncio, os, sys
from pathlib import Path
os.environ["PICCOLO_CONF"] = "server.piccolo_conf"
from piccolo.apps.migrations.commands.forwards import run_forwards
from server.platform import db
from server.platform.embedded import EmbeddedPostgres
postgres = EmbeddedPostgres(Path(sys.argv[1]))
db.use(postgres.start())
try:
    assert asyncio.run(run_forwards("onsite", sys.argv[2])).success
finally:
    postgres.stop()
"""


class TestARestoreThatIsKilled:
    @pytest.fixture
    def killed(self, project: Path, backup: Path, later: Installation) -> Callable[[str], Installation]:
        """`point`: the function in whose place the command kills itself."""

        def kill(point: str) -> Installation:
            module, _, name = point.rpartition(".")
            script = (
                "import importlib, os, signal, sys\n"
                f"module = importlib.import_module({module!r})\n"
                f"setattr(module, {name!r}, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))\n"
                "from server import cli\n"
                f"cli.main(['restore', {str(backup)!r}, '--replace', '--data', {str(later.data)!r}])\n"
            )
            done = subprocess.run([sys.executable, "-c", script], cwd=project, check=False, capture_output=True)
            assert done.returncode == -signal.SIGKILL, done.stderr
            return later

        return kill

    def test_before_the_commit_has_changed_nothing(self, project: Path, killed: Callable[[str], Installation]) -> None:
        later = killed("server.platform.restore._switch")
        assert later.holds("wang")
        assert onsite("migrate", "--data", later.data).status == 0

    def test_after_the_commit_is_named_by_the_next_command_and_can_be_repeated(
        self, project: Path, backup: Path, killed: Callable[[str], Installation]
    ) -> None:
        later = killed("server.platform.restore._take_places")
        commands = ("migrate",), ("serve", "--port", "0"), ("backup", later.data.parent / "x")
        for words in commands:
            done = onsite_in_a_process(project, *words, "--data", later.data)
            assert done.status == 1
            assert "was interrupted" in done.err
            assert f"onsite restore {backup} --replace" in done.err
        done = onsite("restore", backup, "--replace", "--data", later.data)
        assert done.status == 0, done.err
        assert onsite("migrate", "--data", later.data).status == 0
        assert later.holds("li")


class TestTheProgramsOfPostgres:
    @pytest.mark.parametrize(("server", "programs"), [(15, 16), (16, 16), (17, 18), (18, 18)])
    def test_are_the_oldest_that_are_not_older_than_the_server(self, server: int, programs: int) -> None:
        said = subprocess.run([programs_for(server) / "pg_dump", "--version"], capture_output=True, check=True).stdout
        assert f"(PostgreSQL) {programs}.".encode() in said

    def test_of_a_server_newer_than_all_are_missing_with_a_sentence(self) -> None:
        with pytest.raises(Exception, match="The database is PostgreSQL 99"):
            programs_for(99)


@pytest.mark.contract
class TestADatabaseServerOfOnesOwn:
    def test_is_backed_up_and_restored_too(
        self, project: Path, postgres: str, migrated_template: str, tmp_path: Path
    ) -> None:
        """Also on the other versions that CI runs."""
        name = f"onsite_test_{uuid4().hex[:12]}"
        dsn, file = with_database(postgres, name), tmp_path / "file"
        tell(postgres, f'CREATE DATABASE "{name}" TEMPLATE "{migrated_template}"')
        try:
            tell(dsn, add_user("li"))
            epoch = ask(dsn, "SELECT epoch FROM installation")
            assert onsite("backup", file, "--data", tmp_path / "one", database_url=dsn).err == ""
            tell(dsn, add_user("wang"))
            assert "say --replace" in onsite("restore", file, "--data", tmp_path / "two", database_url=dsn).err
            done = onsite("restore", file, "--replace", "--data", tmp_path / "two", database_url=dsn)
            assert done.status == 0, done.err
            assert ask(dsn, "SELECT array_agg(username) FROM app_user") == ["li"]
            assert ask(dsn, "SELECT epoch FROM installation") != epoch
        finally:
            tell(postgres, f'DROP DATABASE "{name}" WITH (FORCE)')

    def test_keeps_its_photos_in_a_bucket(
        self, postgres: str, migrated_template: str, tmp_path: Path, s3: Server
    ) -> None:
        """Those that are missing or damaged are told, and keep no other from being saved."""
        before, after = s3.bucket(), s3.bucket()
        kept = Blobs(Place(folder=str(tmp_path / "one"), bucket=before))
        digests = [kept.keep_now(PHOTO).digest, kept.keep_now(b"spoilt").digest, hashlib.sha256(b"lost").hexdigest()]
        s3.write(before, where("kept", digests[1]), b"other bytes")
        name, file = f"onsite_test_{uuid4().hex[:12]}", tmp_path / "file"
        dsn = with_database(postgres, name)
        tell(postgres, f'CREATE DATABASE "{name}" TEMPLATE "{migrated_template}"')
        try:
            tell(dsn, _ONLY_PHOTOS + "".join(_KEPT_PHOTO.format(digest=digest) for digest in digests))
            done = onsite("backup", file, "--data", tmp_path / "one", database_url=dsn, bucket=before)
            assert done.err == (
                f"onsite: The photo {digests[2]} is missing in {before.url}.\n"
                f"onsite: The photo {digests[1]} is damaged in {before.url}, and not in the backup.\n"
            )
            assert done.status == 0
            self.is_mended(dsn, kept, digests, tmp_path)
            words = ("restore", file, "--replace", "--data", tmp_path / "two")
            done = onsite(*words, database_url=dsn, bucket=after)
            assert (done.status, "1 of 1 photos" in done.out) == (0, True), done.err
        finally:
            tell(postgres, f'DROP DATABASE "{name}" WITH (FORCE)')
        assert Blobs(Place(folder=str(tmp_path / "two"), bucket=after)).get_now(DIGEST) == PHOTO

    def is_mended(self, dsn: str, kept: Blobs, digests: list[str], folder: Path) -> None:
        def told(*words: Any) -> Done:
            return onsite("storage", *words, "--data", folder / "one", database_url=dsn, bucket=kept.place.bucket)

        done = told("check")
        assert (done.status, done.out) == (1, "1 blobs are intact, 1 missing, 1 damaged.\n")
        copies = [folder / "spoilt", folder / "lost"]
        for copy in copies:
            copy.write_text(copy.name)
        done = told("put", *copies)
        assert (done.status, done.out.split()[::2]) == (0, digests[1:]), done.err
        done = told("check")
        assert (done.status, done.out) == (0, "3 blobs are intact, 0 missing, 0 damaged.\n")

    def test_is_not_restored_under_a_server(
        self, postgres: str, database: str, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is known by the name of its connections, wherever it runs."""
        monkeypatch.setattr(restore, "_PATIENCE", 0.0)

        async def beside_a_server() -> Done:
            server: Any = await asyncpg.connect(database, server_settings={"application_name": "onsite"})
            try:
                words = ("restore", backup, "--replace", "--data", tmp_path / "data")
                return await asyncio.to_thread(onsite, *words, database_url=database)
            finally:
                await server.close()

        done = asyncio.run(beside_a_server())
        assert (done.status, done.err) == (1, "onsite: A server is using the database; stop it first.\n")


def test_what_the_file_says_of_itself(backup: Path) -> None:
    about, sums = restore.check(backup)
    assert set(about.migrations) == known_migrations()
    assert (sums.blobs, sums.blob_bytes) == (1, len(PHOTO))
    with tarfile.open(backup) as tar:
        names = tar.getnames()
    assert names == ["about.json", "database.dump", "secrets.json", f"blobs/{DIGEST}", "sums.json"]
    assert time.strptime(about.made_at[:19], "%Y-%m-%dT%H:%M:%S")
