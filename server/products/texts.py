"""The texts of verdicts, in Simplified Chinese and English, and how a text, a day, a moment is put. Pure data.

What the customer's pages say besides is in `server.portal.texts`.

`{…}` are filled by the caller. Rules: a key exists in both languages with the same names in braces (tests hold it);
sentences are whole, never glued from words; a date is written in full.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final, Literal

from server.products.rules.refusal import Text

Locale = Literal["zh-CN", "en"]
LOCALES: Final[tuple[Locale, ...]] = ("zh-CN", "en")
DEFAULT_LOCALE: Final[Locale] = "zh-CN"

_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)


def pick(text: Text, locale: Locale) -> str:
    """The text in that language; the other one where it is empty."""
    return (text.en or text.zh) if locale == "en" else (text.zh or text.en)


_HAN: Final = r"[\u3400-\u4dbf\u4e00-\u9fff]"
_HOLE: Final = re.compile(rf"({_HAN} )?{{(\w+)}}( (?={_HAN}))?")


def fill(words: str, **filled: object) -> str:
    """The words with their names in braces filled: `剩余 2 小时`, but `剩余不到 1 分钟`.

    Chinese has a space beside digits and Latin letters only, so the catalogue's falls away where a value begins or ends
    with a character. As `fill` of server/web/shared/text/messages.ts.
    """

    def put(hole: re.Match[str]) -> str:
        before, name, after = hole.groups(default="")
        value = str(filled[name])
        if re.match(_HAN, value):
            before = before.rstrip()
        return before + value + ("" if re.match(_HAN, value[-1:]) else after)

    return _HOLE.sub(put, words) if filled else words


def date_text(day: date) -> Text:
    """A day in full: no reader has to guess which number is the month."""
    return Text(f"{day.year}年{day.month}月{day.day}日", f"{day.day} {_MONTHS[day.month - 1]} {day.year}")


def moment_text(moment: datetime) -> Text:
    """A moment to the minute, in the zone it has."""
    day, clock = date_text(moment.date()), f"{moment:%H:%M}"
    return Text(f"{day.zh} {clock}", f"{clock} on {day.en}")


def say(key: str, locale: Locale, **filled: str) -> str:
    """The text of that key, its names in braces filled."""
    return fill(pick(TEXTS[key], locale), **filled)


TEXTS: Final[dict[str, Text]] = {
    key: Text(zh, en)
    for key, (zh, en) in {
        # ---- verdict sentences
        "item_parts": ("零件", "parts"),
        "item_labour": ("工时", "labour"),
        "item_travel": ("上门", "travel"),
        "this_product": ("整机", "the whole unit"),
        "sentence_covered": (
            "{name}可免费修理{until}（依据：{policy}），{free}",
            "Repair of {name} is free {until} under {policy}: {free}",
        ),
        "sentence_for_life": ("（终身）", "for life"),
        "sentence_until": ("至{day}（含当日{moved}）", "until the end of {day}{moved}"),
        "moved_extended_by_repair": ("，已顺延修理占用的日子", " (days in repair added)"),
        "moved_restarted_by_exchange": ("，换货后重新计算", " (counted anew from the exchange)"),
        "moved_repair_guarantee": ("，修理过的故障另有保修", " (a repaired fault has its own term)"),
        "free_all": ("零件、工时和上门都不收费", "parts, labour and travel cost you nothing"),
        "free_some": ("{free}不收费，{charged}收费", "{free} at no cost to you, {charged} at your cost"),
        "free_still": ("{items}不收费", "{items} at no cost to you"),
        "free_only_until": ("{items}只到{day}（含当日）不收费", "{items} free only until the end of {day}"),
        "charged_items": ("{items}收费", "{items} at your cost"),
        "sentence_remedies": ("；您还可以要求{remedies}", "; you may also ask for {remedies}"),
        "remedy_refund": ("退货", "a refund"),
        "remedy_exchange": ("换货", "an exchange"),
        "remedy_repair": ("修理", "a repair"),
        "remedy_until": ("{remedy}（至{day}，含当日）", "{remedy} until {day}"),
        "remedy_until_if": ("{remedy}（至{day}，限{severity}）", "{remedy} until {day} for a {severity}"),
        "severity_minor": ("一般故障", "minor fault"),
        "severity_performance": ("性能故障", "performance fault"),
        "severity_major": ("重大故障", "major fault"),
        "sentence_not_covered": (
            "{name}目前不能免费修理：{reason}",
            "Repair of {name} is not free: {reason}",
        ),
        "sentence_on_site": (
            "；我们仍提供终身上门服务，费用由您承担",
            "; we still come to you for the life of the product, at your cost",
        ),
        "sentence_charged": ("；可以付费修理", "; we can repair it at your cost"),
        "remedy_alone": (
            "您可以要求{remedy}：{reason}（依据：{policy}），{cost}",
            "You may ask for {remedy}: {reason} (under {policy}); {cost}",
        ),
        "remedy_charged": ("可以付费修理：{reason}", "We can repair it at your cost: {reason}"),
        "cost_maker": ("费用由生产者承担", "the maker bears the cost"),
        "cost_seller": ("费用由销售者承担", "the seller bears the cost"),
        "cost_repairer": ("费用由修理者承担", "the repairer bears the cost"),
        "cost_customer": ("费用由您承担", "the cost is yours"),
        "full_stop": ("。", "."),
        # ---- reasons
        "reason_expired": ("保修期已于{day}结束", "the term ended on {day}"),
        "reason_not_started": ("保修期自{day}起计算", "the term begins on {day}"),
        "reason_start_unknown": (
            "还不知道保修从哪一天起算，请出示发票",
            "the day it began is not known; please show the invoice",
        ),
        "reason_no_term": ("没有适用于此部件的保修条款", "no warranty term applies to it"),
        "reason_withdrawn": ("这台产品已退货或已换走", "this unit was refunded or exchanged"),
        "reason_misuse": ("故障由使用不当造成", "the fault comes from misuse"),
        "reason_unauthorised_opening": ("机器曾被未经授权者拆动", "the unit was opened by someone not authorised"),
        "reason_proof_missing": ("没有有效的购买凭证", "there is no valid proof of purchase"),
        "reason_proof_altered": ("购买凭证有涂改", "the proof of purchase was altered"),
        "reason_serial_mismatch": (
            "凭证上的序列号与这台产品不符",
            "the proof of purchase names another serial number",
        ),
        "reason_force_majeure": ("损坏由不可抗力造成", "the damage comes from force majeure"),
        "reason_extended_by_repair": ("修理占用的日子已顺延", "the days in repair were added"),
        "reason_restarted_by_exchange": ("换货后重新计算", "the term began anew with the exchange"),
        "reason_repair_guarantee": ("修理后的故障另有保修", "a repaired fault has its own term"),
        "reason_within_term": ("在保修期内", "it is within its term"),
        "reason_within_window": ("仍在退换期限内", "it is within the days for refund and exchange"),
        "reason_not_cured": ("多次修理仍未修好", "repeated repairs did not cure it"),
        "reason_waiting_for_parts": ("等待配件过久", "the parts have been missing too long"),
        "reason_repairer_late": ("修理拖延过久", "the repair has taken too long"),
    }.items()
}
