"""Every text of the customer's pages, in Simplified Chinese and English, in one place. Pure data.

`{…}` are filled by the caller. Rules: a key exists in both languages with the same names in braces (tests hold it);
sentences are whole, never glued from words; a date is written in full. What verdicts say is in `server.products.texts`;
`TEXTS` has both.
"""

from __future__ import annotations

from typing import Final

from server.portal.owner_texts import OF_OWNERS
from server.portal.product_texts import OF_PRODUCT
from server.portal.service_texts import OF_SERVICE
from server.portal.verify_texts import OF_VERIFYING
from server.products.rules.refusal import Text
from server.products.texts import TEXTS as OF_VERDICTS
from server.products.texts import Locale, fill, pick

OF_PAGES: Final[dict[str, Text]] = {
    key: Text(zh, en)
    for key, (zh, en) in {
        # ---- the page around it
        "switch_language": ("English", "中文"),
        "skip_to_content": ("跳到正文", "Skip to content"),
        "unit_title": ("产品与保修", "Product and warranty"),
        "serial": ("序列号", "Serial number"),
        "serial_note": ("为保护机主，只显示末几位。", "Only the end is shown, to protect the owner."),
        "gtin": ("商品条码", "Trade item number"),
        "as_of": ("{day}的状态", "As of {day}"),
        # ---- genuine
        "genuine": ("正品", "Genuine"),
        "genuine_detail": (
            "此码由我们为这台产品单独签发，且在我们的档案中。请核对机身铭牌上的序列号末几位是否一致。",
            "We issued this code for this one product. Please check that the serial number on the plate ends the same.",
        ),
        # ---- coverage
        "coverage": ("保修", "Warranty"),
        "covered": ("在保", "Covered"),
        "partly": ("部分在保", "Partly covered"),
        "not_covered": ("不在保", "Not covered"),
        "expired": ("已过保", "Expired"),
        "not_started": ("未开始", "Not started"),
        "unknown": ("待确认", "To be confirmed"),
        "until": ("至{day}", "Until {day}"),
        "ended": ("已于{day}到期", "Ended on {day}"),
        "begins": ("自{day}起", "From {day}"),
        "for_life": ("终身", "For life"),
        "no_date": ("出示有效购买凭证后即可确认", "Can be confirmed with a proof of purchase"),
        "free_items": ("免费项目：{items}", "Free of charge: {items}"),
        "items_were": ("保修项目：{items}", "It covered: {items}"),
        "days_left": ("还剩 {days} 天", "{days} days left"),
        "choices": ("您现在还可以要求", "You may also ask for"),
        "choice_refund": ("退货", "Refund"),
        "choice_exchange": ("换货", "Exchange"),
        "choice_until": ("至{day}", "until {day}"),
        "choice_until_if": ("{severity}：至{day}", "for a {severity}, until {day}"),
        "choice_now": ("现在", "now"),
        "better_of_two": (
            "国家规定与本公司承诺分别计算，按对您更有利的一项执行。",
            "The law and our promise are judged separately; you get the better of the two.",
        ),
        # ---- promises, safety, service
        "promises": ("我们对您的承诺", "What we promise here"),
        "no_notices": ("这台产品目前没有召回或安全提示。", "There is no recall or safety note for this product."),
        "notice_title": ("{kind}：{title}", "{kind}: {title}"),
        "notice_recall": ("召回", "Recall"),
        "notice_safety": ("安全提示", "Safety note"),
        "ask_for_service": ("需要服务", "Ask for service"),
        "ask_for_service_detail": (
            "请拨打 24 小时热线，并报出以下编号：",
            "Please call the 24-hour hotline and give this reference:",
        ),
        "contact": ("联系我们", "Talk to us"),
        "contact_detail": (
            "请拨打 24 小时热线，我们随时为您查询。",
            "Please call the 24-hour hotline; we are there at any time.",
        ),
        "call": ("拨打 {number}", "Call {number}"),
        "privacy": (
            "本页不显示机主信息，也不使用 Cookie。",
            "This page shows nothing about the owner and sets no cookie.",
        ),
        "promise_hotline": ("24 小时热线", "24-hour hotline"),
        "promise_hotline_detail": ("任何时候都有人接听。", "Someone answers at any time."),
        "promise_on_site": ("{hours} 小时内上门", "On site within {hours} hours"),
        "promise_on_site_detail": ("报修后技师按时到达。", "A technician comes within that time of your call."),
        "promise_delivery": ("{hours} 小时内送货安装", "Delivered and installed within {hours} hours"),
        "promise_delivery_detail": ("送货、安装均免费。", "Both are free of charge."),
        "promise_respond_by": (
            "现在来电，技师最迟 {moment} 到达（当地时间）。",
            "Call now and a technician is with you by {moment}, local time.",
        ),
        "promise_resolve_by": (
            "现在来电，最迟 {moment} 办妥（当地时间）。",
            "Call now and it is done by {moment}, local time.",
        ),
        "promise_on_site_for_life": ("终身上门服务", "On-site service for life"),
        "promise_on_site_for_life_detail": ("过保后上门、零件和工时收费。", "After the warranty it is charged."),
        "promise_follow_up": ("每单回访", "A follow-up for every job"),
        "promise_follow_up_detail": ("服务完成后我们会联系您。", "We contact you when the work is done."),
        # ---- not confirmed, and faults in the code
        "unconfirmed_title": ("无法确认此码", "We cannot confirm this code"),
        "unconfirmed_badge": ("未确认", "Not confirmed"),
        "unconfirmed_detail": (
            "我们无法将此码对应到一台产品。它可能抄写有误，也可能不是正品。",
            "We cannot match this code to a product. It may be misread, or the product may not be genuine.",
        ),
        "unconfirmed_what_to_do": ("您可以这样做", "What you can do"),
        "unconfirmed_step_1": ("用相机重新扫描机身上的码。", "Scan the code on the product again."),
        "unconfirmed_step_2": (
            "对照铭牌逐字核对序列号。",
            "Compare the serial number with the rating plate, character by character.",
        ),
        "unconfirmed_step_3": (
            "仍无法确认时请拨打热线，我们会帮您查证。",
            "If it still cannot be confirmed, call us and we will look into it.",
        ),
        "busy_title": ("请稍候再试", "Please try again in a moment"),
        "busy_badge": ("查询过于频繁", "Too many requests"),
        "busy_detail": (
            "这个网络地址在短时间内查询了太多次。请等一分钟，再打开本页。",
            "This network address has asked too often in a short time. Wait a minute, then open this page again.",
        ),
        "problem_title": ("这个链接有误", "This link is not right"),
        "problem_badge": ("无法读取", "Cannot be read"),
        "problem_detail": (
            "它不是一个完整的产品码链接，可能在复制时丢了几个字符。",
            "It is not a complete product code; a few characters may have been lost in copying.",
        ),
        "problem_fault": ("具体问题", "What is wrong"),
        "problem_code": ("代码：{code}", "Code: {code}"),
    }.items()
}

TEXTS: Final[dict[str, Text]] = {**OF_VERDICTS, **OF_PAGES, **OF_PRODUCT, **OF_OWNERS, **OF_SERVICE, **OF_VERIFYING}


def say(key: str, locale: Locale, **filled: str) -> str:
    """The text of that key, its names in braces filled."""
    return fill(pick(TEXTS[key], locale), **filled)
