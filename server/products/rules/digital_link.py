"""GS1 Digital Link for trade items, and the same under a firm's own key: strict parser and canonical builder. Pure: no
I/O, no clock.

Source: GS1 Digital Link Standard: URI Syntax, release 1.4 (`gtin-path`, `upui-path`), and GS1 General Specifications
(check digit; character set 82). The grammar in one line:

    [stem] /01/{GTIN-14} [/22/{variant}] [/10/{lot}] [/21/{serial}]      or      [stem] /01/{GTIN-14}/235/{extension}

A firm without GTINs numbers its models with restricted circulation numbers, which GS1 sets aside for a firm's own use:
14 digits with the same check digit, and nobody's GTIN. They may not stand under `01`, as they mean something to one
firm only; so they stand under the firm's own key, `/OWN/{number}/21/{serial}`, and all else about them is the same.
Which key a number stands under follows from the number (`key_of`).

Callers hand in the *raw* path as it came over the wire (`scope["raw_path"]`): a framework that has already decoded
`%2F` has lost the difference between a separator and a character of a serial.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote

import msgspec

from server.products.rules.refusal import Refusal

MAX_LINK_LENGTH = 2048  # no label holds more (QR version 40-L: 2,953 bytes); a longer one is not a label of ours
GTIN_LENGTHS = (8, 12, 13, 14)

GTIN_KEY = "01"
OWN_KEY = "OWN"  # capitals, for QR codes store these compactly; no digit, for those names belong to GS1
KEYS = frozenset({GTIN_KEY, OWN_KEY})
# GS1 General Specifications, GS1 Prefixes: 02, 04 and 20 to 29 are restricted circulation numbers. Here in 14 digits.
_OWN_PREFIXES = ("002", "004", "02")
OWN_DIGITS = 11  # of an item number: what is left of 14 after `02` and the check digit

# GS1 General Specifications, figure 7.11-1: the 82 characters that a variant, a lot or a serial is made of.
CHARACTER_SET_82 = frozenset("!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")

# Application identifier → field of DigitalLink and longest value. The order of the first three is the legal order.
QUALIFIERS = {"22": ("cpv", 20), "10": ("lot", 20), "21": ("serial", 20), "235": ("third_party", 28)}
_RANK = {"22": 0, "10": 1, "21": 2, "235": 3}

# Attributes that may stand in the query of a GTIN's link. Every other name made of digits only is refused there:
# the standard keeps those names for itself, and keys and qualifiers belong in the path.
_ATTRIBUTE = re.compile(
    r"02|1[1-7]|20|30|37|9\d|24[0-3]|25[01]|3[1-6]\d\d|39[0-5]\d|40[03]|41[0-7]|42[0-7]|43\d\d|70\d\d|71\d|72\d\d"
    r"|80(?:01|02|05|07|08|09|12|20|26|30)|811[0-2]|8200"
)
_ORIGIN = re.compile(
    r"https?://(?P<host>(?:[a-z0-9][a-z0-9.-]*|\[[0-9a-f:.]+\])(?::\d{1,5})?)(?=[/?]|\Z)", re.IGNORECASE
)
_HEX = re.compile(r"[0-9A-Fa-f]{2}")
_PATH_RAW = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@%]*\Z")  # RFC 3986 pchar
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")

REFUSALS = {
    "too_long": ("链接过长，不是产品码。", "The link is too long to be a product code."),
    "bad_character": ("{where}含有不允许的字符。", "{where} holds a character that is not allowed there."),
    "bad_percent_encoding": ("{where}的百分号编码有误。", "The percent-encoding in {where} is broken."),
    "bad_host": ("链接的主机名无效。", "The host of the link is not valid."),
    "fragment": ("产品码链接不能带“#”部分。", "A product code has no part after “#”."),
    "empty_segment": ("链接中有空的路径段或多余的斜杠。", "The link has an empty path segment or a slash too many."),
    "not_a_digital_link": (
        "链接中没有“/01/”或“/OWN/”产品编码。",
        "The link has no “/01/” or “/OWN/” followed by a product's number.",
    ),
    "restricted_number": (
        "{where} 是企业内部编号，应写在“/OWN/”之后。",
        "{where} is a firm's own number and belongs after “/OWN/”.",
    ),
    "not_restricted": (
        "{where} 不是企业内部编号，应写在“/01/”之后。",
        "{where} is not a firm's own number and belongs after “/01/”.",
    ),
    "gtin_not_digits": ("商品条码只能由数字组成。", "A trade item number consists of digits only."),
    "gtin_length": ("商品条码应为 8、12、13 或 14 位。", "A trade item number has 8, 12, 13 or 14 digits."),
    "gtin_not_14": (
        "链接中的商品条码须补零至 14 位：{where}。",
        "In a link the number is padded to 14 digits: {where}.",
    ),
    "gtin_check_digit": (
        "商品条码的校验位不对，应为 {where}。",
        "The check digit of the trade item number should be {where}.",
    ),
    "gtin_all_zero": ("商品条码不能全为零。", "A trade item number cannot be all zeros."),
    "unknown_qualifier": (
        "“{where}”不是此处允许的标识符（22、10、21 或 235）。",
        "“{where}” is not an identifier allowed here (22, 10, 21 or 235).",
    ),
    "qualifier_without_value": ("标识符 {where} 后面没有值。", "Identifier {where} has no value after it."),
    "qualifier_doubled": ("标识符 {where} 出现了两次。", "Identifier {where} appears twice."),
    "qualifier_out_of_order": (
        "标识符 {where} 的顺序不对，应为 22、10、21。",
        "Identifier {where} is out of order; the order is 22, 10, 21.",
    ),
    "qualifier_not_combined": (
        "标识符 235 不能与 22、10、21 同时出现。",
        "Identifier 235 cannot stand together with 22, 10 or 21.",
    ),
    "value_too_long": ("标识符 {where} 的值过长。", "The value of identifier {where} is too long."),
    "qualifier_in_query": (
        "标识符 {where} 应写在路径中，不能作为查询参数。",
        "Identifier {where} belongs in the path, not in the query.",
    ),
    "unknown_identifier_in_query": (
        "查询参数“{where}”不是已知的应用标识符。",
        "The query parameter “{where}” is not a known application identifier.",
    ),
    "parameter_doubled": ("查询参数 {where} 出现了两次。", "The query parameter {where} appears twice."),
}


def refuse(code: str, where: str = "", where_zh: str | None = None) -> Refusal:
    """The refusal of that code, naming the place it happened at."""
    zh, en = REFUSALS[code]
    text_en = en.format(where=where)
    return Refusal(code, zh.format(where=where if where_zh is None else where_zh), text_en[:1].upper() + text_en[1:])


class DigitalLink(msgspec.Struct, frozen=True):
    """What a code says. `gtin14` (a GTIN or an own number) and the qualifiers are checked and decoded; made only by
    `identify` and `parse`.

    `extra_parameters` are the query's other pairs, decoded, in their order; `query` is the same as it came.
    """

    gtin14: str
    cpv: str | None = None
    lot: str | None = None
    serial: str | None = None
    third_party: str | None = None
    extra_parameters: tuple[tuple[str, str], ...] = ()
    query: str = ""
    host: str | None = None
    stem: str = ""


# ---- GTIN ---------------------------------------------------------------------------------------------------------


@lru_cache(4096)  # a file of a million units names some hundred models
def check_digit(body: str) -> str:
    """The GS1 mod-10 digit for the digits before it: weights 3, 1, 3, … counted from the right."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-total % 10)


def gtin14(text: str) -> str | Refusal:
    """A GTIN-8, -12, -13 or -14 as people type it, checked and padded to 14 digits."""
    if not (text.isascii() and text.isdigit()):
        return refuse("gtin_not_digits")
    if len(text) not in GTIN_LENGTHS:
        return refuse("gtin_length")
    if not text.strip("0"):
        return refuse("gtin_all_zero")
    if (expected := check_digit(text[:-1])) != text[-1]:
        return refuse("gtin_check_digit", expected)
    return text.zfill(14)


def is_own(gtin14: str) -> bool:
    """Whether these 14 digits are a firm's own number (a restricted circulation number), no GTIN."""
    return gtin14.startswith(_OWN_PREFIXES)


def key_of(gtin14: str) -> str:
    """The key of the path that this number stands under: `01` or `OWN`."""
    return OWN_KEY if is_own(gtin14) else GTIN_KEY


def own_number(item: int) -> str:
    """The firm's own number of its item number `item`, of 11 digits at most (else a ValueError)."""
    if not 0 <= item < 10**OWN_DIGITS:
        raise ValueError(f"an item number has up to {OWN_DIGITS} digits")
    body = f"02{item:0{OWN_DIGITS}d}"
    return body + check_digit(body)


# ---- building -----------------------------------------------------------------------------------------------------


def identify(
    gtin: str,
    *,
    cpv: str | None = None,
    lot: str | None = None,
    serial: str | None = None,
    third_party: str | None = None,
) -> DigitalLink | Refusal:
    """The identity made of plain (decoded) values, or why there is none. A shorter GTIN is padded."""
    padded = gtin14(gtin)
    if isinstance(padded, Refusal):
        return padded
    values = {"22": cpv, "10": lot, "21": serial, "235": third_party}
    present = {key: value for key, value in values.items() if value is not None}
    if "235" in present and len(present) > 1:
        return refuse("qualifier_not_combined")
    for key, value in present.items():
        if (fault := _value_fault(key, value)) is not None:
            return fault
    return DigitalLink(padded, cpv, lot, serial, third_party)


def build(link: DigitalLink, host: str, *, scheme: str = "https") -> str:
    """The canonical link: lower-case scheme and host, GTIN-14, order 22, 10, 21, other pairs kept as they came.

    Everything but the unreserved characters of RFC 3986 is percent-encoded with upper-case hex digits.
    """
    query = f"?{link.query}" if link.query else ""
    return f"{scheme.lower()}://{host.lower()}{link.stem}{path_of(link)}{query}"


@lru_cache(maxsize=1024)
def path_of(link: DigitalLink) -> str:
    """The canonical path, from `/01/` or `/OWN/` on."""
    parts = [f"/{key_of(link.gtin14)}/{link.gtin14}"]
    for key, value in (("22", link.cpv), ("10", link.lot), ("21", link.serial), ("235", link.third_party)):
        if value is not None:
            parts.append(f"/{key}/{quote(value, safe='')}")
    return "".join(parts)


def build_for_label(link: DigitalLink, host: str, *, scheme: str = "https") -> str:
    """The same link with scheme and host in capitals: both ignore case, and QR codes store capitals in 5.5 bits
    instead of 8, so with a serial of capitals and digits the symbol is a version smaller. Never changes the path."""
    return f"{scheme.upper()}://{host.upper()}{link.stem}{path_of(link)}"


def read_host(text: str) -> str | Refusal:
    """A host with or without a port as a link may have it, in lower case."""
    origin = _ORIGIN.fullmatch(f"https://{text}")
    return refuse("bad_host") if origin is None else origin["host"].lower()


# ---- parsing ------------------------------------------------------------------------------------------------------


def parse(text: str) -> DigitalLink | Refusal:
    """A path (`/01/…`, `/OWN/…`) or an http(s) URL as a DigitalLink, or the first fault, reading from the left."""
    return refuse("too_long") if len(text) > MAX_LINK_LENGTH else _parse(text)


@lru_cache(maxsize=256)  # one request asks several times: the resolver, the page, and their headers
def _parse(text: str) -> DigitalLink | Refusal:
    if not text.isascii() or _CONTROL.search(text) or " " in text:
        return refuse("bad_character", "the link", "链接")
    if "#" in text:
        return refuse("fragment")
    rest, host = text, None
    if not text.startswith("/"):
        origin = _ORIGIN.match(text)
        if origin is None:
            return refuse("bad_host")
        rest, host = text[origin.end() :], origin["host"].lower()
    path, _, query = rest.partition("?")
    identity = _parse_path(path)
    if isinstance(identity, Refusal):
        return identity
    parameters = _parse_query(query)
    if isinstance(parameters, Refusal):
        return parameters
    return msgspec.structs.replace(identity, extra_parameters=parameters, query=query, host=host)


def _parse_path(path: str) -> DigitalLink | Refusal:
    segments = path.split("/")[1:]
    at = _place_of_key(segments)
    if at is None:
        return refuse("not_a_digital_link")
    if "" in segments:
        return refuse("empty_segment")
    padded = _number_of_link(segments[at], segments[at + 1])
    if isinstance(padded, Refusal):
        return padded
    qualifiers = _parse_qualifiers(segments[at + 2 :])
    if isinstance(qualifiers, Refusal):
        return qualifiers
    stem = "".join(f"/{segment}" for segment in segments[:at])
    return DigitalLink(
        padded, qualifiers.get("22"), qualifiers.get("10"), qualifiers.get("21"), qualifiers.get("235"), stem=stem
    )


def _place_of_key(segments: list[str]) -> int | None:
    """Where the key stands. A stem of the firm's own may come before, so prefer the first that is followed by something
    like a GTIN."""
    places = [place for place, segment in enumerate(segments[:-1]) if segment in KEYS]
    followed = [place for place in places if re.match(r"[0-9]{8}", segments[place + 1])]
    return next(iter(followed or places), None)


def _number_of_link(key: str, segment: str) -> str | Refusal:
    padded = gtin14(segment)
    if isinstance(padded, Refusal):
        return padded
    if len(segment) != 14:
        return refuse("gtin_not_14", padded)
    if key_of(padded) != key:
        return refuse("restricted_number" if is_own(padded) else "not_restricted", padded)
    return padded


def _parse_qualifiers(segments: list[str]) -> dict[str, str] | Refusal:
    found: dict[str, str] = {}
    for place in range(0, len(segments), 2):
        key = segments[place]
        if (fault := _order_fault(key, found)) is not None:
            return fault
        if place + 1 == len(segments):
            return refuse("qualifier_without_value", key)
        value = _decode_value(key, segments[place + 1])
        if isinstance(value, Refusal):
            return value
        found[key] = value
    return found


def _order_fault(key: str, found: dict[str, str]) -> Refusal | None:
    if key not in QUALIFIERS:
        return refuse("unknown_qualifier", key[:20])
    if key in found:
        return refuse("qualifier_doubled", key)
    if found and (key == "235" or "235" in found):
        return refuse("qualifier_not_combined")
    if any(_RANK[before] > _RANK[key] for before in found):
        return refuse("qualifier_out_of_order", key)
    return None


def _decode_value(key: str, raw: str) -> str | Refusal:
    if not _PATH_RAW.match(raw):
        return refuse("bad_character", f"the value of identifier {key}", f"标识符 {key} 的值")
    first, *encoded = raw.split("%")
    decoded = [first]
    for piece in encoded:
        if not _HEX.match(piece):
            return refuse("bad_percent_encoding", f"the value of identifier {key}", f"标识符 {key} 的值")
        decoded.append(chr(int(piece[:2], 16)) + piece[2:])
    value = "".join(decoded)
    return _value_fault(key, value) or value


def _value_fault(key: str, value: str) -> Refusal | None:
    """Bytes above 127 (UTF-8, overlong or not) and `%00` are outside the set, so one rule covers them."""
    if not value:
        return refuse("qualifier_without_value", key)
    if not CHARACTER_SET_82.issuperset(value):
        return refuse("bad_character", f"the value of identifier {key}", f"标识符 {key} 的值")
    if value in (".", ".."):  # legal in the set, but every browser would walk up the path instead of sending it
        return refuse("bad_character", f"the value of identifier {key}", f"标识符 {key} 的值")
    if len(value) > QUALIFIERS[key][1]:
        return refuse("value_too_long", key)
    return None


def _parse_query(query: str) -> tuple[tuple[str, str], ...] | Refusal:
    pairs: list[tuple[str, str]] = []
    for item in filter(None, query.split("&")):
        raw_name, _, raw_value = item.partition("=")
        name, value = _decode_parameter(raw_name), _decode_parameter(raw_value)
        if name is None or value is None:
            return refuse("bad_percent_encoding", "the query", "查询参数")
        if _CONTROL.search(name) or _CONTROL.search(value):
            return refuse("bad_character", "the query", "查询参数")
        if (fault := _numeric_name_fault(name, pairs)) is not None:
            return fault
        pairs.append((name, value))
    return tuple(pairs)


def _numeric_name_fault(name: str, before: list[tuple[str, str]]) -> Refusal | None:
    if not (name.isascii() and name.isdigit()):
        return None
    if name == GTIN_KEY or name in QUALIFIERS:
        return refuse("qualifier_in_query", name)
    if not _ATTRIBUTE.fullmatch(name):
        return refuse("unknown_identifier_in_query", name[:20])
    if any(name == other for other, _ in before):
        return refuse("parameter_doubled", name)
    return None


def _decode_parameter(raw: str) -> str | None:
    """Form-decoded UTF-8, or None where an escape is broken (the standard library would let it pass)."""
    pieces = raw.replace("+", " ").split("%")
    if not all(_HEX.match(piece) for piece in pieces[1:]):
        return None
    octets = pieces[0].encode() + b"".join(bytes.fromhex(piece[:2]) + piece[2:].encode() for piece in pieces[1:])
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return None
