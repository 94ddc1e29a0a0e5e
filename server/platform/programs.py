"""PostgreSQL's own programs, as backup and restore run them: pg_dump, pg_restore, psql."""

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote, urlsplit, urlunsplit

from server.platform.startup import CannotStart


class ProgramFailed(CannotStart):
    """A program ended badly; the text says which, and what it complained about."""


@contextlib.contextmanager
def running(
    programs: Path, name: str, dsn: str | None, *options: str, **streams: Any
) -> Iterator["subprocess.Popen[bytes]"]:
    """Runs inside the context; raises ProgramFailed with its last words when it ends badly."""
    with tempfile.TemporaryFile() as said:
        process = start(programs, name, dsn, *options, stderr=said, **streams)
        try:
            yield process
        except BaseException as fault:
            process.kill()
            process.wait()
            if isinstance(fault, BrokenPipeError):
                raise ProgramFailed(f"{name} gave up: {last_words(said)}") from fault
            raise
        finally:
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with contextlib.suppress(BrokenPipeError):
                        stream.close()
        if process.wait() != 0:
            raise ProgramFailed(f"{name} failed: {last_words(said)}")


def start(programs: Path, name: str, dsn: str | None, *options: str, **streams: Any) -> "subprocess.Popen[bytes]":
    """The password goes by the environment: a command line can be read by everybody."""
    environment = {"PATH": os.defpath, "LC_ALL": "C"}
    words = [str(programs / name), *options]
    if dsn is not None:
        address, password = _without_password(dsn)
        words.append(f"--dbname={address}")
        environment |= {"PGPASSWORD": password} if password else {}
    started: Any = subprocess.Popen(words, env=environment, **({"stdin": subprocess.DEVNULL} | streams))
    return started  # type: ignore[no-any-return]


def _without_password(dsn: str) -> tuple[str, str]:
    parts = urlsplit(dsn)
    if parts.password is None:
        return dsn, ""
    user, _, place = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}@{place}")), unquote(parts.password)


def major_of(programs: Path) -> int:
    said = subprocess.run([str(programs / "pg_dump"), "--version"], check=True, capture_output=True, text=True).stdout
    return int(said.split()[-1].partition(".")[0])


def last_words(said: IO[bytes]) -> str:
    said.seek(0, os.SEEK_END)
    said.seek(max(0, said.tell() - 4000))
    lines = [line for line in said.read().decode("utf-8", "replace").splitlines() if line.strip()]
    telling = [line for line in lines if "ERROR" in line or "error:" in line or "FATAL" in line]
    return (telling or lines or ["it said nothing"])[0]
