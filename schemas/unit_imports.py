"""Files of units: a CSV file is announced, sent, taken in in the background, and answered for line by line."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from schemas.base import Answer, Instant, Name, Request
from schemas.commitments import Sentence

Field = Literal[
    "gtin",
    "serial",
    "lot",
    "outlet",
    "manufactured_on",
    "sold_on",
    "installed_on",
    "registered_on",
    "proof",
    "country",
]
Column = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
Encoding = Literal["utf-8", "utf-16", "gb18030"]
DayFormat = Literal["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y"]

#: `awaited`: the file has not come; `waiting`, `running`; `failed`: nothing more is taken of it, `failure` says why.
ImportState = Literal["awaited", "waiting", "running", "done", "failed", "cancelled"]


class UnitMapping(Request, frozen=True, kw_only=True):
    """What a file's columns mean. `columns`: field → column; a field that is not named has the column of its own name,
    where the file has one. `outlet`: id or name of the outlet of lines that name none. `gb18030` reads GBK, too."""

    columns: dict[Field, Column] = {}
    encoding: Encoding = "utf-8"
    delimiter: Literal[",", ";", "\t", "|"] = ","
    day_format: DayFormat = "%Y-%m-%d"
    outlet: Annotated[str, msgspec.Meta(max_length=120)] = ""


class NewUnitImport(Request, frozen=True, kw_only=True):
    """`dry_run`: every line is judged, no unit is made."""

    file_name: Name
    dry_run: bool = False
    mapping: UnitMapping = msgspec.field(default_factory=UnitMapping)


class UnitImport(Answer, frozen=True, kw_only=True):
    """`lines` of `lines_found` have been read, the header not counted in the latter; `imported` are new units (in a dry
    run: would be), `known` were on record already as the file has them; `refused`: code → how many."""

    id: UUID
    file_name: str
    state: ImportState
    dry_run: bool
    begun_at: Instant
    ended_at: Instant | None
    size: int
    lines: int
    lines_found: int | None
    imported: int
    known: int
    refused: dict[str, int]
    failure: str | None
    failure_text: Sentence | None
    failure_detail: str


class RefusedLine(Answer, frozen=True, kw_only=True):
    """`line`: its number in the file, the header being 1. `detail`: what exactly, for whoever mends the file."""

    line: int
    code: str
    text: Sentence
    detail: str
    gtin: str
    serial: str
