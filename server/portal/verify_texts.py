"""What anyone reads who asks whether a report still stands as it was sealed, in both languages. Pure data."""

from typing import Final

from server.products.rules.refusal import Text

OF_VERIFYING: Final[dict[str, Text]] = {
    key: Text(zh, en)
    for key, (zh, en) in {
        "verify_title": ("验证服务报告", "Verify a service report"),
        "verify_lead": (
            "每份完工报告都有一个验证码。输入它，或选择报告的 PDF 文件，即可知道报告自签署以来是否被改动过。",
            "Every report carries a code. Type it, or choose the PDF file, to learn whether anything was changed.",
        ),
        "verify_code": ("验证码", "Code"),
        "verify_code_hint": (
            "20 个字母和数字，在报告末页的二维码旁。",
            "20 letters and digits, beside the QR code on the report's last page.",
        ),
        "verify_go": ("验证", "Verify"),
        "verify_by_file": ("用文件验证", "Verify a file"),
        "verify_file": ("报告的 PDF 文件", "The report's PDF file"),
        "verify_file_hint": (
            "最大 {megabytes} MB。文件只用于比对，不会保存。",
            "At most {megabytes} MB. It is only compared, and not kept.",
        ),
        "verify_file_go": ("检查文件", "Check the file"),
        "verify_no_file": ("请选择一个文件。", "Please choose a file."),
        "verify_intact": ("完好", "Intact"),
        "verify_intact_title": ("自签署以来未被改动", "Unchanged since it was signed"),
        "verify_intact_detail": (
            "我们保存的内容与当时签署的完全一致，签名有效，在账本中的位置也未变。",
            "What we keep is exactly what was signed, its signatures hold, and it stands in the ledger where it stood.",
        ),
        "verify_file_intact_title": ("这份文件未被改动", "This file is unchanged"),
        "verify_file_intact_detail": (
            "文件与我们签封时逐字节一致。",
            "It is, byte for byte, the file that we sealed.",
        ),
        "verify_altered": ("已改动", "Altered"),
        "verify_altered_title": ("内容已被改动", "It was altered"),
        "verify_altered_detail": (
            "它已不是当时签署的样子。我们发现：",
            "It is not any more what was signed. We found:",
        ),
        "verify_unknown": ("未知", "Unknown"),
        "verify_unknown_title": ("没有找到这个验证码", "We do not know this code"),
        "verify_unknown_detail": (
            "请对照报告逐字核对。刚完工的报告要等照片全部收到后才能验证。",
            "Please compare it with the report. Work just done can be verified once all of its photos have come in.",
        ),
        "verify_file_unknown_title": ("无法判断这份文件", "We cannot tell about this file"),
        "verify_what": ("签署的内容", "What was signed"),
        "verify_work": ("服务类型", "Kind of work"),
        "verify_product": ("产品", "Product"),
        "verify_finished": ("完工时间（现场设备的时钟）", "Finished (by the clock of the device on site)"),
        "verify_received": ("收到时间", "Received"),
        "verify_sealed": ("签封时间", "Sealed"),
        "verify_photos": ("照片", "Photos"),
        "verify_photos_count": ("{here} / {all} 张在存", "{here} of {all} kept"),
        "verify_addendum": ("补充记录", "Addendum to a completion"),
        "verify_evidence": ("证据", "Evidence"),
        "verify_place": ("账本中的位置", "Place in the ledger"),
        "verify_digest": ("签署内容的 SHA-256", "SHA-256 of what was signed"),
        "verify_key": ("我们的密钥", "Our key"),
        "verify_chain": ("链哈希", "Chain hash"),
        "verify_more": (
            "这是一种带防篡改证据的普通电子签名，不是合格电子签名。这里不显示任何个人信息。",
            "A simple electronic signature with tamper evidence, not a qualified one. Nothing personal is shown here.",
        ),
        "verify_another": ("验证另一份报告", "Verify another report"),
        "verify_to_code": ("查看这份报告的记录", "See the record of this report"),
        "verify_zone": ("{moment}（当地时间）", "{moment}, local time"),
    }.items()
}
