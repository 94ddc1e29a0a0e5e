"""Pure. What a plan does with a job, and why not, in one sentence in both languages. Instants in the outlet's zone."""

from collections.abc import Mapping
from datetime import timedelta, tzinfo

from server.commitments.rules.said import Said, span_in_words
from server.dispatch.rules.sentences import moment, why_not_of_some


def visit_in_words(name: Said, start: int, now: int, zone: tzinfo) -> Said:
    """王伟 明天 14:10 / 王伟 tomorrow at 14:10"""
    when = moment(start, now, zone)
    return Said(f"{name.zh} {when.zh}", f"{name.en} {when.en}")


def when(start: int, now: int, zone: tzinfo) -> Said:
    """14:10 / 14:10; 明天 14:10 / tomorrow at 14:10"""
    said = moment(start, now, zone)
    return Said(said.zh, said.en.removeprefix("at "))


def promise_in_words(before: int | None, after: int | None, slack_s: int | None) -> Said:
    """`before`, `after`: seconds after the promise, 0 when it is kept, None without a visit or a promise."""
    if after is None:
        return Said("", "")
    if after:
        late = span_in_words(timedelta(seconds=max(60, after)))
        worse = not before
        zh, en = ("将违约，晚", "which breaks its promise by") if worse else ("仍晚于承诺", "still late by")
        return Said(f"，{zh} {late.zh}", f", {en} {late.en}")
    if before:
        return Said("，承诺得以守住", ", which keeps the promise again")
    if slack_s is None or slack_s < 60:
        return Said("，守住承诺", ", which keeps the promise")
    span = span_in_words(timedelta(seconds=slack_s))
    return Said(f"，比承诺早 {span.zh}", f", {span.en} before the promise")


def added(to: Said, promise: Said) -> Said:
    return Said(f"新派 {to.zh}{promise.zh}。", f"New: {to.en}{promise.en}.")


def moved(was: Said, to: Said, promise: Said) -> Said:
    return Said(f"由 {was.zh} 改派 {to.zh}{promise.zh}。", f"From {was.en} to {to.en}{promise.en}.")


def retimed(name: Said, was: Said, to: Said, promise: Said) -> Said:
    return Said(
        f"{name.zh} 由 {was.zh} 改为 {to.zh}{promise.zh}。",
        f"{name.en}: {was.en} becomes {to.en}{promise.en}.",
    )


def unchanged(was: Said, promise: Said) -> Said:
    return Said(f"{was.zh} 不变{promise.zh}。", f"{was.en}, as told{promise.en}.")


def dropped(was: Said, counts: Mapping[str, int]) -> Said:
    why = why_nobody(counts)
    return Said(
        f"已告知的上门（{was.zh}）无法安排：{why.zh}。",
        f"The visit people were told ({was.en}) has no place: {why.en}.",
    )


def unassigned(counts: Mapping[str, int]) -> Said:
    why = why_nobody(counts)
    return Said(f"无人可派：{why.zh}。", f"Nobody can take it: {why.en}.")


def why_nobody(counts: Mapping[str, int]) -> Said:
    """`counts`: rule → people; the rule that stops most comes first."""
    told = sorted(counts.items(), key=lambda each: -each[1])
    if not told:
        return Said("没有技师或时间不够", "there is no technician, or there was no time to look for one")
    said = [why_not_of_some(count, rule) for rule, count in told]
    return Said("；".join(each.zh for each in said), "; ".join(each.en for each in said))


def plan_in_words(
    kept: int, promised: int, hours_before: float, hours: float, told_changes: int, unassigned: int
) -> Said:
    zh = (
        f"守住 {kept}/{promised} 个承诺，路程 {hours:.1f} 小时（原 {hours_before:.1f}），"
        f"改动已告知的上门 {told_changes} 次"
    )
    en = (
        f"{kept} of {promised} promises kept, {hours:.1f} h of travel ({hours_before:.1f} before),"
        f" {told_changes} visits changed that people were told"
    )
    if unassigned:
        zh += f"，{unassigned} 单未派"
        en += f", {unassigned} jobs unassigned"
    return Said(f"{zh}。", f"{en}.")


STALE: Mapping[str, Said] = {
    "job_changed": Said("工单在草案之后被修改", "the job was changed after the plan was made"),
    "job_over": Said("工单已不再等待安排", "the job no longer waits to be planned"),
    "visit_changed": Said("上门在草案之后已另行安排", "the visit was booked otherwise after the plan was made"),
    "technician_gone": Said("技师已离开该网点", "the technician has left the outlet"),
    "technician_absent": Said("技师届时请假", "the technician is absent then"),
    "shift_gone": Said("技师届时没有班次", "the technician has no shift then"),
    "time_taken": Said("该时段已被占用", "somebody else's visit has taken the time"),
    "time_past": Said("该时间已过", "the time has passed"),
    "depends_on_skipped": Said("所需时段由未发布的改动腾出", "the time it needs would be freed by a change left out"),
}


def stale(code: str, fields: tuple[str, ...] = ()) -> Said:
    more = Said(f"（{'、'.join(fields)}）", f" ({', '.join(fields)})") if fields else Said("", "")
    said = STALE[code]
    return Said(f"{said.zh}{more.zh}。", f"{said.en[0].upper()}{said.en[1:]}{more.en}.")


FAILURES: Mapping[str, Said] = {
    "solver_failed": Said("规划程序出错，请重试。", "The search failed; please try again."),
    "interrupted": Said("服务器重启中断了规划，请重试。", "The server was restarted while planning; please try again."),
    "nothing_to_plan": Said("所选时段内没有可安排的工单或班次。", "There is no job to place or no shift in this time."),
    "plan_too_large": Said("工单或技师过多，请缩小范围。", "Too many jobs or technicians; choose less."),
}

SOLVING = Said("正在规划。", "The plan is being made.")
