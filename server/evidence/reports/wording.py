"""What every report says, in Simplified Chinese and English; a firm's own words are its template's. Pure data.

`{…}` are filled by the caller. A key exists in both languages with the same names in braces (tests hold it).
"""

from typing import Final

from server.products.rules.refusal import Text
from server.products.texts import Locale, fill, pick


def say(key: str, locale: Locale, **filled: str) -> str:
    return fill(pick(TEXTS[key], locale), **filled)


def known(prefix: str, key: str, locale: Locale) -> str:
    """The words for a key that data brings along; the key itself where there are none."""
    return say(f"{prefix}_{key}", locale) if f"{prefix}_{key}" in TEXTS else key


TEXTS: Final[dict[str, Text]] = {
    key: Text(zh, en)
    for key, (zh, en) in {
        # ---- head and foot
        "number": ("工单 {number}", "Job {number}"),
        "hotline": ("服务热线 {hotline}", "Hotline {hotline}"),
        "completed": ("已完工", "Completed"),
        "cannot_complete": ("未能完工", "Not completed"),
        "reason": ("未能完工的原因", "Why it was not completed"),
        "edition": (
            "第 {edition} 版：包含签字之后的补充。上一版的摘要：{earlier}",
            "Edition {edition}, with what was added after signing. Digest of the edition before: {earlier}",
        ),
        "page": ("第 {page} 页，共 {pages} 页", "Page {page} of {pages}"),
        "verification": ("验证码", "Verification code"),
        "verify_at": (
            "扫码或访问以下网址，核验本报告是否被改动：",
            "Scan, or open this address, to see that nothing was changed:",
        ),
        "digest_of_signed": ("所签内容摘要 SHA-256", "Digest of what was signed, SHA-256"),
        "kind_signed": (
            "本报告上的签名是顾客在现场屏幕上手写的简单电子签名，附防篡改证据：任何改动都能被发现。它不是经认证的（合格）电子签名。",
            (
                "A simple electronic signature with tamper evidence: any change is found."
                " It is not a qualified electronic signature."
            ),
        ),
        "kind_refused": (
            "顾客没有签字；内容由技师的设备签名，附防篡改证据：任何改动都能被发现。它不是经认证的（合格）电子签名。",
            (
                "Signed by the device, not by the customer, with tamper evidence: any change is found."
                " It is not a qualified electronic signature."
            ),
        ),
        "preview": ("预览 PREVIEW", "PREVIEW 预览"),
        # ---- sections
        "section_customer": ("顾客", "Customer"),
        "section_product": ("产品", "Product"),
        "section_times": ("上门服务", "Visit"),
        "section_work": ("服务内容", "Work done"),
        "section_readings": ("测量数据", "Readings"),
        "section_parts": ("更换配件", "Parts"),
        "section_fees": ("费用", "Charges"),
        "section_coverage": ("保修依据", "Coverage"),
        "section_checklist": ("服务检查项", "Checklist"),
        "section_signed_text": ("顾客签字确认的内容", "What the customer was shown and signed"),
        "section_refused_text": ("向顾客出示的内容", "What the customer was shown"),
        "section_photos": ("现场照片", "Photos"),
        "section_signature": ("签字", "Signature"),
        "section_rating": ("顾客评价", "Rating"),
        "section_additions": ("签字之后的补充", "Added after signing"),
        # ---- fields
        "field_name": ("姓名", "Name"),
        "field_address": ("地址", "Address"),
        "field_model": ("型号", "Model"),
        "field_serial": ("序列号", "Serial number"),
        "field_arrived": ("到达", "Arrived"),
        "field_finished": ("完工", "Finished"),
        "field_on_site": ("现场用时", "On site"),
        "field_technician": ("技师", "Technician"),
        "field_outlet": ("服务网点", "Service outlet"),
        "field_promise": ("服务承诺", "Promise"),
        "field_diagnosis": ("检查结果", "Found"),
        "field_result": ("处理结果", "Done"),
        "field_component": ("故障部件", "Failed component"),
        "field_fault_code": ("故障代码", "Fault code"),
        "field_cured": ("是否修复", "Cured"),
        "yes": ("是", "Yes"),
        "no": ("否", "No"),
        # ---- facts
        "promise_arrive": ("最迟 {due} 到达", "On site by {due}"),
        "promise_finish": ("最迟 {due} 完工", "Finished by {due}"),
        "promise_kept": ("已兑现", "Kept"),
        "promise_missed": ("未兑现", "Not kept"),
        "hours": ("{hours} 小时 {minutes} 分钟", "{hours} h {minutes} min"),
        "minutes": ("{minutes} 分钟", "{minutes} min"),
        "part_number": ("配件号", "Part number"),
        "part_name": ("名称", "Name"),
        "quantity": ("数量", "Quantity"),
        "fee_name": ("项目", "Item"),
        "fee_amount": ("金额", "Amount"),
        "total": ("合计", "Total"),
        "item_value": ("{item}：{value}", "{item}: {value}"),
        "conduct_yes": ("顾客已确认服务规范", "The customer confirmed the standard of conduct"),
        "conduct_no": ("顾客未确认服务规范", "The customer did not confirm the standard of conduct"),
        "signed_in_zh-CN": ("（中文原文）", " (as shown, in Chinese)"),
        "signed_in_en": ("（英文原文）", " (as shown, in English)"),
        # ---- signature
        "role_customer": ("顾客", "Customer"),
        "role_representative": ("顾客代表", "For the customer"),
        "role_family": ("家属", "Family"),
        "role_neighbour": ("邻居", "Neighbour"),
        "role_colleague": ("同事", "Colleague"),
        "role_property": ("物业", "Property management"),
        "no_strokes": ("没有笔迹", "No strokes"),
        "refused": ("顾客拒绝签字", "The customer did not sign"),
        "refusal_reason": ("原因", "Reason"),
        "refusal_not_present": ("不在场", "Not present"),
        "refusal_disagrees": ("对内容有异议", "Disagrees with the content"),
        "refusal_no_reason": ("未说明", "None given"),
        "refusal_unable": ("无法签字", "Unable to sign"),
        "witness": ("见证人", "Witness"),
        "no_witness": ("没有见证人", "No witness"),
        "rating_of": ("{rating} 分（满分 5 分）", "{rating} of 5"),
        # ---- photos
        "photo": ("照片 {number}", "Photo {number}"),
        "photo_missing": ("照片无法显示", "This photo cannot be shown"),
        "photo_refused": ("照片无法显示", "This photo cannot be shown"),
        "photo_refused_detail": (
            "原件已保存，但不是可以显示的图片",
            "The original is kept, but it is not a picture that can be shown",
        ),
        "photo_missing_detail": ("暂无可显示的副本", "There is no copy to show"),
        "photo_digest": ("摘要 {digest}", "Digest {digest}"),
        "addition": ("补充于 {moment}", "Added {moment}"),
        "addition_signed": ("由设备签名，摘要 {digest}", "Signed by the device, digest {digest}"),
    }.items()
}
