"""The peers, installed on demand into `build/peers`: Kinto into a virtual environment, the others by npm."""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

PLACE = Path("build/peers")
KINTO = ("kinto[postgresql]==26.5.0", "pyuwsgi==2.0.30.post1")
POUCH = "pouchdb-server@4.2.0"
TUS = ("@tus/server@2.4.5", "@tus/file-store@2.1.1")


def kinto() -> Path:
    """The folder of its programs."""
    home = PLACE / "kinto"
    if not _stamped(home, " ".join(KINTO)):
        print(f"Installing {', '.join(KINTO)} into {home}.", flush=True)
        shutil.rmtree(home, ignore_errors=True)
        venv.create(home, with_pip=True)
        _must([str(home / "bin/pip"), "install", "-qq", "--disable-pip-version-check", *KINTO])
        _stamp(home, " ".join(KINTO))
    return (home / "bin").absolute()


def pouch() -> Path:
    """Its program."""
    # LevelDB's binding comes built (leveldown/prebuilds); SQLite's would be compiled, and is not asked for.
    return _by_npm(PLACE / "pouch", POUCH) / ".bin/pouchdb-server"


def tus() -> Path:
    """The folder of its modules."""
    return _by_npm(PLACE / "tus", *TUS)


def _by_npm(home: Path, *packages: str) -> Path:
    """The absolute path of `node_modules`. No package may run anything while it is installed."""
    if not _stamped(home, " ".join(packages)):
        print(f"Installing {', '.join(packages)} into {home}.", flush=True)
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        options = ["--prefix", str(home), "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel", "error"]
        _must(["npm", "install", *options, *packages])
        _stamp(home, " ".join(packages))
    return (home / "node_modules").absolute()


def _must(command: list[str]) -> None:
    done = subprocess.run(command, check=False, stdout=sys.stderr)
    if done.returncode != 0:
        raise SystemExit(f"{command[0]} failed (see above); the comparison needs its packages.")


def _stamped(home: Path, what: str) -> bool:
    stamp = home / "installed"
    return stamp.is_file() and stamp.read_text() == what


def _stamp(home: Path, what: str) -> None:
    (home / "installed").write_text(what)
