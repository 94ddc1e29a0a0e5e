"""Pure. What happened, what is suggested, and why the rule did not act, each in one sentence in both languages."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from schemas.dispatch import PlanItem
from schemas.reactions import ReactionKind as K
from schemas.reactions import ReactionMode
from server.commitments.rules.said import Said, span_in_words
from server.dispatch.planning.drafting import CARRIED_OUT
from server.dispatch.reacting import bounds

_EVENTS: Mapping[K, Said] = {
    K.EMERGENCY: Said("紧急工单 {number} 等待派单", "Urgent job {number} waits for somebody"),
    K.DECLINE: Said("{name} 拒绝了工单 {number}", "{name} declined job {number}"),
    K.NO_SHOW: Said(
        "{name} 应在 {at} 上门工单 {number}，仍未出发", "{name} was due at job {number} at {at} and has not set off"
    ),
    K.OVERRUN: Said(
        "{name} 的工作超时，下一单 {number} 将延误", "{name} is held up at work; job {number} is next and will be late"
    ),
    K.ABSENCE: Said("{name} 请假，{count} 次上门需另行安排", "{name} is away; {count} booked {visits} someone else"),
    K.OFFLINE: Said(
        "{name} 的手机没有消息，{at} 的工单 {number} 是否有人去尚不清楚",
        "{name}'s phone is silent; nobody knows whether job {number} at {at} is attended",
    ),
    K.PARTS_MISSING: Said("工单 {number} 缺少配件", "Job {number} lacks parts"),
    K.UNFIT: Said(
        "{name} 已不符合工单 {number} 的派工条件，需改派他人",
        "{name} may no longer be sent to job {number}; it needs someone else",
    ),
}


def event(kind: K, number: int | None, name: Said, at: datetime | None, count: int, zone: str) -> Said:
    """`at`: when the visit was to begin; `count`: of jobs concerned."""
    when = f"{at.astimezone(ZoneInfo(zone)):%H:%M}" if at is not None else ""
    visits = "visit needs" if count == 1 else "visits need"
    told = {"number": number, "at": when, "count": count, "visits": visits}
    said = _EVENTS[kind]
    return Said(f"{said.zh.format(name=name.zh, **told)}。", f"{said.en.format(name=name.en, **told)}.")


def suggestion(items: Collection[PlanItem]) -> Said:
    """One item speaks for itself; several are counted."""
    if len(items) == 1:
        (only,) = items
        return Said(only.sentence.zh, only.sentence.en)
    if not items:
        return Said("没有可建议的安排。", "There is nothing to suggest.")
    changed = sum(item.change in CARRIED_OUT and item.after is not None for item in items)
    nobody = sum(item.after is None for item in items)
    late = bounds.missed(items) - sum(item.due is not None and item.after is None for item in items)
    zh, en = [f"调整 {changed} 次上门"], [f"{changed} {'visit changes' if changed == 1 else 'visits change'}"]
    if nobody:
        zh.append(f"{nobody} 单无人可派")
        en.append(f"{nobody} {'job finds' if nobody == 1 else 'jobs find'} nobody")
    zh.append(f"{late} 个承诺将晚到" if late else "承诺均守住" if not nobody else "其余承诺均守住")
    en.append(
        f"{late} past the promise" if late else "every other promise is kept" if nobody else "every promise is kept"
    )
    return Said("，".join(zh) + "。", ", ".join(en) + ".")


LOOKING = Said("正在寻找安排。", "Being looked into.")
PARTS_UNKNOWN = Said(
    "请先登记所缺配件，再查找谁能带去。", "Say which parts the job needs; then whoever can bring them is looked for."
)

NOT_AUTO: Mapping[str, Said] = {
    "nobody": Said("有工单无人可派", "a job finds nobody"),
    "locked": Said("需要改动已锁定的上门", "a visit that is fixed would have to change"),
    "promise_missed": Said("会有承诺被违反", "a promise would be missed"),
    "too_many_changes": Said("受影响的其他上门过多", "too many other visits would change"),
    "shift_too_long": Said("其他上门推迟过久", "another visit would be pushed too far"),
}


def not_auto(code: str) -> Said:
    """`code`: of `bounds.BEYOND`, or what booking refused with."""
    said = NOT_AUTO.get(code, Said("预约被拒绝", f"the booking was refused ({code})"))
    return Said(f"未自动执行：{said.zh}。", f"Not carried out automatically: {said.en}.")


_MODES: Mapping[ReactionMode, Said] = {
    ReactionMode.OFF: Said("不关注此类事件", "not looked for"),
    ReactionMode.PROPOSE: Said("向调度员提出建议", "proposed to the dispatchers"),
}


def rule(mode: ReactionMode, most_changes: int, most_shift_minutes: int) -> Said:
    if mode is not ReactionMode.AUTO:
        return Said(f"{_MODES[mode].zh}。", f"{_MODES[mode].en.capitalize()}.")
    span = span_in_words(timedelta(minutes=most_shift_minutes))
    return Said(
        f"自动执行，至多改动其他 {most_changes} 次上门，每次至多推迟 {span.zh}。",
        f"Carried out at once while at most {most_changes} other visits change, each by {span.en} at most.",
    )
