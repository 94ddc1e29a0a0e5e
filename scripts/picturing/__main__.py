"""`scripts/screenshots`: the pictures of docs/tour.md, taken along one story in the demonstration firm."""

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scripts.picturing import story
from scripts.picturing.firm import ROOT, serving
from scripts.picturing.studio import opened


def main() -> int:
    arguments = _arguments()
    with (
        _folder(arguments.data) as data,
        serving(data) as firm,
        opened(firm.url, arguments.into, arguments.only) as studio,
    ):
        story.told(studio, firm)
    for missed in studio.missed:
        print(f"not taken: {missed}", file=sys.stderr)
    return 1 if studio.missed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/screenshots", description="take the pictures of docs/tour.md")
    parser.add_argument("--into", type=Path, default=ROOT / "docs" / "images", metavar="DIR")
    parser.add_argument(
        "--data", type=Path, default=None, metavar="DIR", help="keep the firm here (a folder that goes away)"
    )
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="pictures whose names begin so")
    return parser.parse_args()


@contextlib.contextmanager
def _folder(named: Path | None) -> Iterator[Path]:
    if named is not None:
        named.mkdir(parents=True, exist_ok=True)
        yield named.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="onsite-tour-") as folder:
        data = Path(folder) / "data"
        data.mkdir()
        yield data


if __name__ == "__main__":
    sys.exit(main())
