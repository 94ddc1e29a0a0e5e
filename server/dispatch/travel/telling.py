"""Pure. What people are told about where travel times came from, in both languages."""

from datetime import datetime, tzinfo
from typing import NamedTuple

from schemas.commitments import Sentence
from schemas.travel import TravelTimes
from server.commitments.rules.said import Said

GREAT_CIRCLE = "great_circle"

_NAMES = {"osrm": "OSRM", "valhalla": "Valhalla"}

REASONS = {
    "unreachable": Said("连接不上", "cannot be reached"),
    "timeout": Said("没有及时响应", "does not answer in time"),
    "broken_off": Said("中途断开", "breaks off its answers"),
    "http_error": Said("返回错误", "answers with errors"),
    "redirected": Said("转到了别处", "points elsewhere"),
    "refused": Said("拒绝了请求", "refuses what it is asked"),
    "garbage": Said("返回的内容无法读取", "answers what cannot be read"),
    "too_much": Said("返回的内容过大", "answers too much"),
    "slow": Said("太慢", "is too slow"),
    "no_route": Said("找不到路线", "knows of no way"),
}
"""Code → why the great circle stepped in. All but the last two are faults of the source; see `wire.Fault`."""


class Told(NamedTuple):
    """`cells`: pairs of places that the great circle had to answer for `source`; `reason`: one of REASONS then.
    `since`: when the outage began that is still going on. `zone`: for the sentence."""

    source: str
    cells: int
    reason: str | None
    since: datetime | None
    zone: tzinfo

    @property
    def fallback(self) -> bool:
        return self.cells > 0

    def wire(self) -> TravelTimes:
        said = sentence(self)
        return TravelTimes(
            source=self.source,
            fallback=self.fallback,
            cells=self.cells,
            since=self.since,
            sentence=Sentence(zh=said.zh, en=said.en),
        )


def sentence(told: Told) -> Said:
    if told.source == GREAT_CIRCLE:
        return Said("路程时间按直线距离和平均速度估算。", "Travel times are estimated from straight-line distances.")
    name = _NAMES.get(told.source, told.source)
    if not told.fallback:
        return Said(f"路程时间来自 {name}。", f"Travel times come from {name}.")
    why = REASONS[told.reason or "no_route"]
    since = _since(told)
    legs = "1 leg is" if told.cells == 1 else f"{told.cells} legs are"
    return Said(
        f"{name} {since.zh}{why.zh}：{told.cells} 段路程按直线距离估算。",
        f"{name} {why.en}{since.en}: {legs} estimated from straight-line distances.",
    )


def _since(told: Told) -> Said:
    if told.since is None:
        return Said("", "")
    at = told.since.astimezone(told.zone)
    return Said(f"自 {at:%Y-%m-%d %H:%M} 起", f" (since {at:%Y-%m-%d %H:%M})")
