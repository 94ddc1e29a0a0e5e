"""What an owner reads who registers a product, proves who they are, and sees what is theirs, in both languages. Pure
data, by the rules of `server.portal.texts`."""

from __future__ import annotations

from typing import Final

from server.products.rules.refusal import Text

OF_OWNERS: Final[dict[str, Text]] = {
    key: Text(zh, en)
    for key, (zh, en) in {
        # ---- on the page of a unit
        "owners": ("这是您的产品吗？", "Is this product yours?"),
        "owners_detail": (
            "登记后，召回和安全提示可以通知到您，没有发票时也更容易确认保修。",
            "Once registered we can reach you about recalls, and coverage is easier to confirm without the invoice.",
        ),
        "to_register": ("登记这台产品", "Register this product"),
        "to_mine": ("已登记？查看我的信息", "Registered already? See what is yours"),
        "product_links": ("说明与支持", "Manuals and support"),
        "notice_uncertain": (
            "这条提示可能与您的产品有关；请联系我们核对。",
            "This may concern your product; please contact us to make sure.",
        ),
        "notice_served": ("这台产品已于服务中处理。", "This has been dealt with on this product."),
        "notice_more": ("查看详情", "Read more"),
        # ---- forms
        "optional": ("（可不填）", "(optional)"),
        "form_faulty": ("还有几处需要更正", "Please correct these"),
        "back_to_unit": ("返回产品页", "Back to the product"),
        "fault_name": ("请填写姓名，不超过 120 个字。", "Please give a name of at most 120 characters."),
        "fault_your_phone": (
            "请填写有效的电话号码，例如 13812345678。",
            "Please give a number, such as 13812345678.",
        ),
        "fault_purchase_day": ("请按 2026-05-31 这样的格式填写日期。", "Please give the day like 2026-05-31."),
        "fault_day_future": ("这个日期还没有到。", "This day is yet to come."),
        "fault_agreed": ("登记前需要您的同意。", "We need your consent to register."),
        "fault_proof_kind": (
            "凭证须为可读的 JPEG、PNG、WebP 或 HEIC 照片，或 PDF。",
            "The proof must be a readable JPEG, PNG, WebP or HEIC photo, or a PDF.",
        ),
        "fault_proof_busy": (
            "现在处理不了凭证，请稍后再试。",
            "We cannot take the proof at the moment. Please try again later.",
        ),
        "fault_proof_large": ("凭证不能超过 {megabytes} MB。", "The proof may have at most {megabytes} MB."),
        # ---- registering
        "register_title": ("登记产品", "Register a product"),
        "register_detail": (
            "请填写购买者的信息。我们的工作人员会核对后确认。",
            "Please tell us who bought it. Our people check it and confirm.",
        ),
        "your_name": ("姓名", "Name"),
        "your_phone": ("手机号码", "Mobile number"),
        "your_phone_hint": (
            "今后查看个人信息时，验证码会发到这个号码。",
            "Codes to see what is yours are sent to this number.",
        ),
        "purchased_on": ("购买日期", "Day of purchase"),
        "proof": ("购买凭证", "Proof of purchase"),
        "proof_hint": (
            "发票或收据的照片，或 PDF，不超过 {megabytes} MB。照片中的位置等附加信息会被去除。",
            "A photo of the invoice or receipt, or a PDF, at most {megabytes} MB. Hidden data of photos is removed.",
        ),
        "proof_again": (
            "出于浏览器的限制，凭证需要重新选择。",
            "Your browser does not keep the file: please choose the proof again.",
        ),
        "consent_to_register": (
            "我同意{brand}保存我的姓名、电话和购买凭证，仅用于保修服务、召回通知和联系我。我可以随时要求更正或删除。",
            (
                "I agree that {brand} keeps my name, number and proof of purchase, only for warranty service, recalls "
                "and to reach me. I may have them corrected or erased at any time."
            ),
        ),
        "send_registration": ("提交登记", "Send"),
        "registered_title": ("已收到您的登记", "We have your registration"),
        "registered_badge": ("等待核对", "To be checked"),
        "registered_detail": (
            "我们会核对您提供的信息；如有疑问，会拨打您留下的号码。您无需再做什么。",
            "We check what you told us, and call you if anything is unclear. There is nothing more to do.",
        ),
        # ---- proving who one is
        "proof_title": ("请先验证手机号码", "First confirm your number"),
        "proof_detail": (
            "个人信息只给机主看。请输入登记这台产品时留下的手机号码，我们会向它发送一个 6 位验证码。",
            "What is personal is for the owner only. Enter the number this product is registered with to get a code.",
        ),
        "send_code": ("发送验证码", "Send the code"),
        "code_title": ("请输入验证码", "Enter the code"),
        "code_detail": (
            "如果 {phone} 是这台产品登记的号码，验证码已经发出，10 分钟内有效。",
            "If this product is registered with {phone}, the code is on its way. It is good for 10 minutes.",
        ),
        "code_late": (
            "没有收到？短信可能延迟，也可能由我们的客服致电告知；几分钟后可以重新发送。",
            "Nothing came? It may be late, or our people call you with it. After some minutes you may send it again.",
        ),
        "one_time_code": ("验证码", "Code"),
        "confirm_code": ("确认", "Confirm"),
        "another_code": ("重新发送", "Send another"),
        "fault_code": (
            "验证码不正确或已失效。请核对后再试，或重新发送。",
            "The code is not right, or no longer good. Check it and try again, or send another.",
        ),
        "code_message": (
            "{brand}：您的验证码是 {code}，10 分钟内有效。请勿告诉任何人。",
            "{brand}: your code is {code}. It is good for 10 minutes. Tell it to nobody.",
        ),
        # ---- what is theirs
        "mine_title": ("我的产品", "Your product"),
        "mine_badge": ("已验证", "Confirmed"),
        "mine_detail": (
            "以下内容只有您能看到，{minutes} 分钟后或关闭后失效。",
            "Only you see this, for {minutes} minutes or until you leave.",
        ),
        "whole_serial": ("完整序列号", "Whole serial number"),
        "registered_to": ("登记人", "Registered to"),
        "registered_with": ("登记号码", "Number"),
        "registered_on": ("登记日期", "Registered on"),
        "sold_on": ("购买日期", "Bought on"),
        "not_known": ("尚无记录", "Not on record"),
        "registrations": ("登记", "Registrations"),
        "registration_open": ("等待核对", "To be checked"),
        "registration_accepted": ("已确认", "Confirmed"),
        "registration_refused": ("未能确认，请联系我们", "Could not be confirmed; please contact us"),
        "mine_job": (
            "您的服务申请（工单 {number}）正在处理",
            "Your request for service (job {number}) is open",
        ),
        "mine_follow": ("查看进度", "Follow it"),
        "leave": ("结束查看", "Leave"),
        "privacy_of_forms": (
            "您填写的内容只用于这里说明的目的。为了认出您，本页可能使用一个短期 Cookie。",
            "What you enter serves only what is said here. A short-lived cookie may be set to know you by.",
        ),
        # ---- what stops a form
        "stopped_title": ("无法接受这次提交", "This could not be taken"),
        "stopped_badge": ("未提交", "Not sent"),
        "stopped_too_large": ("内容或文件太大。", "What was sent is too large."),
        "stopped_malformed": (
            "提交的内容不完整或含有不允许的字符。请返回后再试。",
            "What was sent is incomplete or holds characters that are not allowed. Go back and try again.",
        ),
        "stopped_elsewhere": (
            "这次提交来自别的网站。请直接在本页填写。",
            "This was sent from another site. Please fill in the form on this page.",
        ),
    }.items()
}
