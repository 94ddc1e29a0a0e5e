"""What verification can find, and how it is said in words, in Chinese and English. Pure.

A finding that says `key_unknown` or `foreign` leaves the question open; every other one means: altered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from server.products.rules.refusal import Text

Status = Literal["intact", "altered", "unknown"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`code`: of `WORDS`; `about`: what goes into the words."""

    code: str
    about: dict[str, Text] = field(default_factory=dict)

    @property
    def words(self) -> Text:
        said = WORDS[self.code]
        return Text(
            said.zh.format(**{name: text.zh for name, text in self.about.items()}),
            said.en.format(**{name: text.en for name, text in self.about.items()}),
        )


def finding(code: str, **about: str | int | Text) -> Finding:
    """What comes from files may be anything: only what can be printed gets into words."""
    filled = {name: text if isinstance(text, Text) else _plain(str(text)) for name, text in about.items()}
    return Finding(code, filled)


def _plain(text: str) -> Text:
    shown = "".join(character if character.isprintable() else "�" for character in text[:80])
    return Text(shown, shown)


def status_of(findings: Iterable[Finding]) -> Status:
    """Altered, when anything was found to be; else unknown, when something could not be judged; else intact."""
    codes = {each.code for each in findings}
    if codes - OPEN:
        return "altered"
    return "unknown" if codes else "intact"


#: What leaves the question open.
OPEN: Final = frozenset(
    {"key_unknown", "keys_missing", "foreign", "unsealed_file", "too_large", "not_in_ledger", "unknown_code"}
)

WORDS: Final[dict[str, Text]] = {
    code: Text(zh, en)
    for code, (zh, en) in {
        # ---- what was signed on site
        "manifest_altered": ("顾客签署的内容已被改动：{parts}。", "What the customer signed was changed: {parts}."),
        "manifest_unreadable": (
            "顾客签署的内容已被改动，且无法读出。",
            "What the customer signed was changed, and cannot be read any more.",
        ),
        "manifest_reordered": (
            "顾客签署的内容已被改动。",
            "What the customer signed was changed.",
        ),
        "signature_altered": (
            "现场设备的签名已被改动。",
            "The signature of the device on site was changed.",
        ),
        "signature_invalid": (
            "现场设备的签名与所签内容不符。",
            "The signature of the device on site does not fit what was signed.",
        ),
        "device_key_altered": (
            "现场设备的公钥不是签封时的那一把。",
            "The public key of the device is not the one that was sealed.",
        ),
        "record_altered": (
            "档案中的“{column}”与签封时不同。",
            "In the record, “{column}” is not what was sealed.",
        ),
        "record_missing": ("签封的内容在档案中找不到。", "What was sealed is missing from the records."),
        # ---- photos
        "photos_altered": (
            "照片清单与签封时不同：{photo}。",
            "The list of photos is not what was sealed: {photo}.",
        ),
        "photo_missing": ("照片 {photo} 不在了。", "The photo {photo} is missing."),
        "photo_altered": (
            "照片 {photo} 的内容已被改动。",
            "The bytes of the photo {photo} were changed.",
        ),
        "report_missing": ("报告文件 {report} 不在了。", "The report {report} is missing."),
        "report_altered": (
            "报告文件 {report} 的内容已被改动。",
            "The bytes of the report {report} were changed.",
        ),
        "photo_not_there": (
            "照片 {photo} 不在该文件夹中，或已被改动。",
            "The photo {photo} is not in the folder, or was changed.",
        ),
        # ---- the ledger
        "entry_unreadable": (
            "账本第 {seq} 条已被改动，且无法读出。",
            "Entry {seq} of the ledger was changed, and cannot be read any more.",
        ),
        "entry_altered": ("账本第 {seq} 条已被改动。", "Entry {seq} of the ledger was changed."),
        "entry_column": (
            "账本第 {seq} 条的“{column}”与该条内容不同。",
            "In entry {seq} of the ledger, “{column}” is not what the entry itself says.",
        ),
        "countersignature_invalid": (
            "账本第 {seq} 条上服务器的签名无效。",
            "The server's signature on entry {seq} of the ledger does not hold.",
        ),
        "key_not_in_force": (
            "账本第 {seq} 条的签名密钥 {kid} 当时并未启用。",
            "Entry {seq} of the ledger is signed by {kid}, which was not the key in force.",
        ),
        "chain_broken": (
            "账本在第 {seq} 条断开：它与前一条接不上。",
            "The ledger is broken at entry {seq}: it does not go on from the one before.",
        ),
        "next_broken": (
            "账本中的下一条接不上第 {seq} 条。",
            "The next entry of the ledger does not go on from entry {seq}.",
        ),
        "entry_missing": ("账本缺少第 {seq} 条。", "Entry {seq} of the ledger is missing."),
        "head_missing": (
            "账本只到第 {seq} 条，而记下的末尾是第 {noted} 条：末尾被删去，或恢复过备份。",
            "The ledger ends at entry {seq}, its noted end is {noted}: its end was taken away, or a backup restored.",
        ),
        "head_differs": (
            "账本第 {seq} 条不是记下的那一条：账本被重写，或恢复过备份。",
            "Entry {seq} of the ledger is not the one that was noted: it was written anew, or a backup restored.",
        ),
        "seal_missing": ("完工记录 {completion} 的签封不在了。", "The seal of completion {completion} is missing."),
        "seal_altered": (
            "完工记录 {completion} 的签封与账本不同：{column}。",
            "The seal of completion {completion} is not what the ledger says: {column}.",
        ),
        "not_sealed": (
            "完工记录 {completion} 收到后已被改动，因此没有签封。",
            "Completion {completion} was changed after it came in, and was therefore not sealed.",
        ),
        "code_altered": ("验证码不属于这份内容。", "The code does not belong to this content."),
        # ---- files
        "file_unreadable": (
            "这是我们的验证文件，但已损坏，无法读出。",
            "This is one of our files for verification, but it is damaged and cannot be read.",
        ),
        "file_doubled": (
            "文件中同一项写了两次：{member}。",
            "The file says the same thing twice: {member}.",
        ),
        "pdf_altered": (
            "报告的内容在签封后被改动过。",
            "The report was changed after it was sealed.",
        ),
        "pdf_cut": ("报告的一部分被删去了。", "Part of the report was taken away."),
        "pdf_extended": (
            "签封之后又有内容加到报告里。",
            "Something was added to the report behind its seal.",
        ),
        "pdf_seal_invalid": ("报告末尾的签封已被改动。", "The seal at the end of the report was changed."),
        # ---- open
        "key_unknown": (
            "不认识签名所用的密钥 {kid}；请用 --keys 指定公布的密钥。",
            "The key of the signature, {kid}, is not known here; name the published keys by --keys.",
        ),
        "keys_missing": (
            "没有可用来验证的密钥；请用 --keys 指定公布的密钥文件。",
            "There are no keys to verify by; name the file of published keys by --keys.",
        ),
        "foreign": ("这不是我们签封的文件。", "This is not a file that we sealed."),
        "unsealed_file": (
            "这份 PDF 没有我们的签封。",
            "This PDF carries no seal of ours.",
        ),
        "too_large": ("文件太大，不是我们签封的文件。", "The file is too large to be one that we sealed."),
        "not_in_ledger": (
            "签名出自我们的密钥，但我们的账本里没有这份文件。",
            "Its signature is by a key of ours, but our ledger does not know this file.",
        ),
        "unknown_code": ("没有这个验证码。", "There is no such code."),
    }.items()
}

#: Members of a manifest, as people call them.
_MEMBERS: Final[dict[str, Text]] = {
    name: Text(zh, en)
    for name, (zh, en) in {
        "text": ("给顾客看的文字", "the text shown to the customer"),
        "strokes": ("签名笔迹", "the strokes of the signature"),
        "signer": ("签名人", "who signed"),
        "refusal": ("拒签说明", "the refusal to sign"),
        "photos": ("照片", "the photos"),
        "finished_at": ("完工时间", "the time of finishing"),
        "finish": ("完工时的设备时钟", "the device's clock at the finish"),
        "arrival": ("到达时间", "the time of arrival"),
        "anchors": ("时间基准", "the anchors of time"),
        "position": ("位置", "the position"),
        "report": ("工作内容", "the report of the work"),
        "checklist": ("检查项目", "the checklist"),
        "conduct": ("服务规范确认", "the conduct that was confirmed"),
        "parts": ("配件", "the parts"),
        "fees": ("费用", "the fees"),
        "rating": ("评价", "the rating"),
        "job_id": ("工单", "the job"),
        "outcome": ("结果", "the outcome"),
        "reason": ("原因", "the reason"),
        "locale": ("语言", "the language"),
        "form": ("格式", "the form"),
        "extends": ("所补充的记录", "what it adds to"),
        "note": ("补充说明", "the note"),
        "made_at": ("时间", "the time"),
        "reading": ("设备时钟", "the device's clock"),
    }.items()
}


def members(names: Sequence[str]) -> Text:
    """Members of a manifest in words; one that we do not know by its own name, as far as it can be printed."""
    said = [_MEMBERS.get(name) or _plain(f"“{name[:40]}”") for name in names[:10]]
    return Text("、".join(text.zh for text in said), ", ".join(text.en for text in said))


def short(digest: str) -> str:
    """The beginning of a digest: enough to find the photo by."""
    return f"{digest[:12]}…"
