"""Why a file or one of its rows is not taken. Codes are stable: other programs read the file of rejects."""

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    # the whole file; nothing is imported
    MAPPING_INVALID = "mapping_invalid"
    FILE_UNREADABLE = "file_unreadable"
    ENCODING_WRONG = "encoding_wrong"
    COLUMNS_MISSING = "columns_missing"
    TOO_MANY_KINDS = "too_many_kinds"
    # one row; the others are imported
    ROW_BROKEN = "row_broken"
    KEY_MISSING = "key_missing"
    TIME_UNREADABLE = "time_unreadable"
    TIME_OUT_OF_RANGE = "time_out_of_range"
    COORDINATES_MISSING = "coordinates_missing"
    COORDINATES_OUT_OF_RANGE = "coordinates_out_of_range"
    JOB_TYPE_UNKNOWN = "job_type_unknown"
    OUTLET_UNKNOWN = "outlet_unknown"
    TEXT_FORBIDDEN_CHARACTER = "text_forbidden_character"
    INVALID = "invalid"


class ImportRefused(Exception):
    """The file cannot be imported, and nothing of it was; the text is for the person who typed the command."""

    def __init__(self, fault: Fault, sentence: str) -> None:
        super().__init__(f"{fault}: {sentence}")
        self.fault = fault


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """`line`: the first line of the row in the file, 1 being the header's. `cells`: the row as it was read."""

    line: int
    fault: Fault
    reason: str
    cells: tuple[str, ...] = ()
