"""Why a file or one of its lines is not taken. Codes are stable: other programs read the answer. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from server.products.rules.refusal import Text


class Fault(StrEnum):
    # the whole file; nothing of it is taken
    MAPPING_INVALID = "mapping_invalid"
    FILE_UNREADABLE = "file_unreadable"
    FILE_EMPTY = "file_empty"
    ENCODING_WRONG = "encoding_wrong"
    COLUMNS_WRONG = "columns_wrong"
    LINE_TOO_LONG = "line_too_long"
    TOO_MANY_LINES = "too_many_lines"
    INTERRUPTED = "interrupted"
    INTERNAL = "internal"
    # one line; the others are taken
    ROW_BROKEN = "row_broken"
    TEXT_FORBIDDEN_CHARACTER = "text_forbidden_character"
    FORMULA = "formula"
    TOO_LONG = "too_long"
    GTIN_INVALID = "gtin_invalid"
    MODEL_UNKNOWN = "model_unknown"
    SERIAL_MISSING = "serial_missing"
    SERIAL_INVALID = "serial_invalid"
    SERIAL_TWICE = "serial_twice"
    SERIAL_TAKEN = "serial_taken"
    LOT_INVALID = "lot_invalid"
    OUTLET_MISSING = "outlet_missing"
    OUTLET_UNKNOWN = "outlet_unknown"
    OUTLET_AMBIGUOUS = "outlet_ambiguous"
    DAY_UNREADABLE = "day_unreadable"
    DAY_IN_FUTURE = "day_in_future"
    TIME_OUT_OF_RANGE = "time_out_of_range"
    DAYS_CONTRADICT = "days_contradict"
    PROOF_UNKNOWN = "proof_unknown"
    COUNTRY_INVALID = "country_invalid"


MEANING: Mapping[Fault, Text] = {
    Fault.MAPPING_INVALID: Text("列对应说明无效。", "What the columns mean is not said properly."),
    Fault.FILE_UNREADABLE: Text("文件无法读取。", "The file cannot be read."),
    Fault.FILE_EMPTY: Text("文件为空。", "The file is empty."),
    Fault.ENCODING_WRONG: Text("文件的字符编码与所述不符。", "The file is in another encoding than was said."),
    Fault.COLUMNS_WRONG: Text("列标题缺失或重复。", "Columns are missing or occur twice."),
    Fault.LINE_TOO_LONG: Text("有一行过长，不像是 CSV 文件。", "A line is too long for a CSV file of units."),
    Fault.TOO_MANY_LINES: Text("行数过多，请拆分文件。", "The file has too many lines; please split it."),
    Fault.INTERRUPTED: Text(
        "导入被中断。已导入的产品保留；可再次上传同一文件。",
        "The import was cut. What was taken stays; send the same file again for the rest.",
    ),
    Fault.INTERNAL: Text(
        "服务器内部错误，可再次上传同一文件。", "Something went wrong here; send the same file again."
    ),
    Fault.ROW_BROKEN: Text("该行不是完整的 CSV 行。", "The line is no whole CSV record."),
    Fault.TEXT_FORBIDDEN_CHARACTER: Text("含有不允许的字符。", "A cell holds a character that is not allowed."),
    Fault.FORMULA: Text("单元格以公式符号开头。", "A cell begins like a formula."),
    Fault.TOO_LONG: Text("单元格过长。", "A cell is too long."),
    Fault.GTIN_INVALID: Text("商品条码无效。", "The GTIN is not valid."),
    Fault.MODEL_UNKNOWN: Text("没有该条码的型号。", "No model has this GTIN."),
    Fault.SERIAL_MISSING: Text("缺少序列号。", "The serial is missing."),
    Fault.SERIAL_INVALID: Text("序列号无效。", "The serial is not valid."),
    Fault.SERIAL_TWICE: Text("文件中已有相同的序列号。", "An earlier line of the file has the same serial."),
    Fault.SERIAL_TAKEN: Text("该序列号已登记，且内容不同。", "The serial is on record, and says something else."),
    Fault.LOT_INVALID: Text("批次号无效。", "The lot is not valid."),
    Fault.OUTLET_MISSING: Text("缺少所属网点。", "The outlet is missing."),
    Fault.OUTLET_UNKNOWN: Text("您管理的范围内没有该网点。", "No such outlet among yours."),
    Fault.OUTLET_AMBIGUOUS: Text("有多个同名网点，请写编号。", "Several outlets have this name; say the id."),
    Fault.DAY_UNREADABLE: Text("日期无法识别。", "A date cannot be read."),
    Fault.DAY_IN_FUTURE: Text("日期在将来。", "A date is still to come."),
    Fault.TIME_OUT_OF_RANGE: Text("日期超出范围。", "A date is out of range."),
    Fault.DAYS_CONTRADICT: Text("有日期早于生产日期。", "A date is before the day of manufacture."),
    Fault.PROOF_UNKNOWN: Text("购买凭证的取值不在列表内。", "The proof of purchase is none of those there are."),
    Fault.COUNTRY_INVALID: Text("国家代码无效。", "The country is not a code of two letters."),
}


class ImportRefused(Exception):
    """The file cannot be imported, and nothing of it was. `detail`: what exactly."""

    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(f"{fault}: {MEANING[fault].en} {detail}".strip())
        self.fault, self.detail = fault, detail


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """`line`: its number in the file, 1 being the header's."""

    line: int
    fault: Fault
    detail: str
    gtin: str = ""
    serial: str = ""
