"""Pure. How a problem from outside is refused: a stable code, a sentence in both languages, and the place in it."""

from typing import NamedTuple, NoReturn

from schemas.errors import Code
from server.commitments.rules.said import Said


class ProblemRefused(Exception):
    """The problem cannot be solved as it is. `where`: a path into it such as `jobs[3].time_windows`."""

    def __init__(self, code: Code, sentence: Said, where: str = "") -> None:
        super().__init__(code, sentence, where)
        self.code, self.sentence, self.where = code, sentence, where

    def __str__(self) -> str:
        return f"{self.code.value}: {self.sentence.en}" + (f" ({self.where})" if self.where else "")


class Limits(NamedTuple):
    """What one problem may hold. A matrix of 6,000 places takes 150 MB of the worker's memory."""

    jobs: int = 5_000
    vehicles: int = 1_000
    places: int = 6_000


def refuse(code: Code, where: str = "", **facts: object) -> NoReturn:
    said = SENTENCES[code]
    raise ProblemRefused(code, Said(said.zh.format(**facts), said.en.format(**facts)), where)


SENTENCES: dict[Code, Said] = {
    Code.MALFORMED: Said("不是有效的 JSON：{why}。", "This is not valid JSON: {why}."),
    Code.INVALID: Said("不符合格式：{why}。", "This does not have the expected form: {why}."),
    Code.NESTED_TOO_DEEP: Said("内容嵌套过深。", "This is nested too deeply."),
    Code.DUPLICATE_ID: Said("编号 {id} 出现两次。", "The id {id} occurs twice."),
    Code.DURATION_NEGATIVE: Said("时长不能为负：{value}。", "A length of time cannot be negative: {value}."),
    Code.LOCATION_INVALID: Said(
        "坐标（先经度，后纬度）不在地球上：{value}。", "These coordinates [lon, lat] are not on the globe: {value}."
    ),
    Code.LOCATION_MISSING: Said(
        "没有矩阵时需要坐标，有矩阵时需要 location_index（车辆为 start_index 或 end_index）。",
        "Without matrices coordinates are needed; with matrices location_index (vehicles: start_index or end_index).",
    ),
    Code.MATRIX_INVALID: Said(
        "矩阵只能含 0 到 {highest} 的整数：{why}。", "A matrix holds whole numbers from 0 to {highest} only: {why}."
    ),
    Code.MATRIX_MISSING: Said("交通方式 {profile} 缺少矩阵。", "The profile {profile} lacks a matrix."),
    Code.MATRIX_NOT_SQUARE: Said(
        "矩阵有 {rows} 行，其中一行长 {columns}。", "The matrix has {rows} rows, and one of {columns} columns."
    ),
    Code.MATRIX_TOO_SMALL: Said(
        "索引 {index} 不在 {size} × {size} 的矩阵内。", "The index {index} is outside a matrix of {size} × {size}."
    ),
    Code.NO_VEHICLES: Said("至少需要一辆车。", "At least one vehicle is needed."),
    Code.PROBLEM_TOO_LARGE: Said(
        "{what} 有 {count} 个，上限为 {limit}。", "There are {count} {what}, and {limit} are allowed."
    ),
    Code.SHIFT_INVALID: Said(
        "班次的结束 {end} 早于开始 {start}。", "The shift ends at {end}, before it starts at {start}."
    ),
    Code.STEPS_INVALID: Said("已有路线中的工单 {id}：{zh}。", "Job {id} in the route given: {en}."),
    Code.UNSUPPORTED: Said("不支持 {what}。", "{what} are not supported."),
    Code.VALUE_OUT_OF_RANGE: Said(
        "{value} 超出范围 {low} 到 {high}。", "{value} is out of the range from {low} to {high}."
    ),
    Code.WINDOW_INVALID: Said(
        "时间窗的结束 {end} 早于开始 {start}。", "The time window ends at {end}, before it starts at {start}."
    ),
    Code.WINDOWS_OVERLAP: Said("时间窗互相重叠。", "The time windows overlap."),
    Code.SOLVER_BUSY: Said("排程进程全忙，请稍后再试。", "All planners are busy; try again soon."),
    Code.SOLVER_FAILED: Said("排程进程失败：{why}。", "The planner failed: {why}."),
    Code.SOLVER_OUT_OF_MEMORY: Said(
        "排程需要超过 {limit} MB 内存。", "Planning this takes more than the {limit} MB of memory allowed."
    ),
    Code.SOLVER_TIMEOUT: Said("{seconds} 秒内没有得到排程结果。", "There was no plan within {seconds} seconds."),
}
"""By code; a test holds that every code we refuse with has its words."""
