"""Pure. What a proposal, or the lack of one, sounds like: one sentence each, in both languages.

Instants are told in the outlet's zone, to the minute; an arrival is rounded up, so nobody is promised too much.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from server.commitments.rules.said import Said, span_in_words
from server.dispatch.rules.insertion import MINUTE, Delayed


def proposal_in_words(
    name: Said, arrival: int, due: int | None, delayed: Sequence[Delayed], now: int, zone: tzinfo
) -> Said:
    """`王伟 14:10 可到达,比承诺早 1 小时 50 分;其他上门不受影响。`"""
    when, margin, others = moment(arrival, now, zone), _margin(arrival, due), _others(delayed)
    return Said(
        f"{name.zh} {when.zh} 可到达{margin.zh}；{others.zh}。",
        f"{name.en} can be there {when.en}{margin.en}; {others.en}.",
    )


def moment(instant: int, now: int, zone: tzinfo) -> Said:
    """14:10 / at 14:10, with the day when it is not today."""
    at = datetime.fromtimestamp(-(-instant // MINUTE) * MINUTE, zone)
    days = (at.date() - datetime.fromtimestamp(now, zone).date()).days
    clock = f"{at:%H:%M}"
    if days == 0:
        return Said(clock, f"at {clock}")
    if days == 1:
        return Said(f"明天 {clock}", f"tomorrow at {clock}")
    return Said(f"{at.month} 月 {at.day} 日 {clock}", f"on {at.day} {MONTHS[at.month - 1]} at {clock}")


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""English whatever the locale of the process."""


def _margin(arrival: int, due: int | None) -> Said:
    if due is None:
        return Said("", "")
    if arrival > due:
        span = _span(-(-(arrival - due) // MINUTE) * MINUTE)
        return Said(f"，比承诺晚 {span.zh}", f", {span.en} after the promise")
    if due - arrival < MINUTE:
        return Said("，正好赶上承诺", ", just in time for the promise")
    span = _span(due - arrival)
    return Said(f"，比承诺早 {span.zh}", f", {span.en} before the promise")


def _others(delayed: Sequence[Delayed]) -> Said:
    if not delayed:
        return Said("其他上门不受影响", "nobody else is delayed")
    span = _span(-(-max(d.by_s for d in delayed) // MINUTE) * MINUTE)
    missed = sum(d.newly_missed for d in delayed)
    count = len(delayed)
    zh = f"另有 {count} 次上门推迟{'' if count == 1 else '至多'} {span.zh}"
    en = (
        f"one other visit is delayed by {span.en}"
        if count == 1
        else f"{count} other visits are delayed by up to {span.en}"
    )
    if missed:
        zh += f"，其中 {missed} 次将违约"
        en += ", which breaks its promise" if count == 1 else f", {missed} of them past the promise"
    return Said(zh, en)


def _span(seconds: int) -> Said:
    return span_in_words(timedelta(seconds=seconds))


WHY_NOT: dict[str, Said] = {
    "skills": Said("缺少所需技能", "lacks a skill the job needs"),
    "certificate": Said("届时没有有效的上岗证书", "has no certificate that is valid then for a skill the job needs"),
    "territory": Said("届时不归该网点调派", "does not work for this outlet then, nor is lent to it"),
    "declined": Said("已拒绝该工单", "has declined this job"),
    "no_shift": Said("没有未结束的班次", "has no shift ahead"),
    "absence": Said("请假时段冲突", "is away at the times that would fit"),
    "site_hours": Said("赶不上现场开放时间", "cannot be there while the site is open"),
    "parts": Said("车上和仓库都没有所需配件", "cannot bring the parts: they are neither on the van nor loaded in time"),
    "locked": Said("需要改动已锁定的上门", "would have to move a visit that is fixed"),
    "frozen": Said("需要改动即将开始的上门", "would have to move a visit that is about to start"),
    "shift_full": Said("班次内已无空档", "has no room left in any shift"),
}
"""By rule; a test holds that every rule has its words."""


_OF_MANY = {
    "skills": "lack a skill the job needs",
    "certificate": "have no certificate that is valid then for a skill the job needs",
    "territory": "do not work for this outlet then, nor are lent to it",
    "declined": "have declined this job",
    "no_shift": "have no shift ahead",
    "absence": "are away at the times that would fit",
    "shift_full": "have no room left in any shift",
}
"""English where it differs for several."""


def why_not_of_some(count: int, rule: str) -> Said:
    """`3 人缺少所需技能` / `3 technicians lack a skill the job needs`"""
    many = WHY_NOT[rule].en if count == 1 else _OF_MANY.get(rule, WHY_NOT[rule].en)
    return Said(f"{count} 人{WHY_NOT[rule].zh}", f"{count} technician{'' if count == 1 else 's'} {many}")


def why_not_in_words(name: Said, rule: str) -> Said:
    return Said(f"{name.zh}：{WHY_NOT[rule].zh}。", f"{name.en} {WHY_NOT[rule].en}.")
