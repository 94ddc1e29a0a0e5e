"""CSV files of units, as people send them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.products.shop import GTIN

HEADER = "gtin,serial,lot,outlet,sold_on"


def csv_of(lines: Iterable[str], header: str = HEADER) -> str:
    return "".join(f"{line}\r\n" for line in (header, *lines))


def units(count: int, outlet: str = "", first: int = 1) -> Sequence[str]:
    return [f"{GTIN},SN{number:06},L1,{outlet},2024-05-01" for number in range(first, first + count)]


def written(folder: Path, content: str | bytes, name: str = "units.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
