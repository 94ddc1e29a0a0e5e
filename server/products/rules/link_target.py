"""Where a product link may lead, and how it may be described. Pure: the check of what an administrator typed.

Titles and addresses end up in HTTP headers, in JSON, and on customers' screens: so an address is made of RFC 3986's
characters only, http or https, without a user name; and a title is one line.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, urlsplit

from server.products.rules.digital_link import KEYS
from server.products.rules.refusal import Refusal

MAX_URL: Final = 1000
_URL = re.compile(
    r"https?://"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\.?"
    r"|\[[0-9A-Fa-f:.]{2,45}\])"
    r"(?::[0-9]{1,5})?"
    r"(?P<rest>(?:[/?#](?:[A-Za-z0-9._~!$&'()*+,;=:@/?#-]|%[0-9A-Fa-f]{2})*)?)\Z",
    re.IGNORECASE | re.ASCII,
)
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
#: IANA's restricted names (RFC 6838), without parameters.
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\Z")
#: The tags that GS1's schema of linksets allows.
_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?\Z")
_IN_A_URI: Final = "%!$&'()*+,;=:@/?#._~-"
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}

REFUSALS: Final = {
    "url_scheme": ("链接须以 http:// 或 https:// 开头。", "The address has to begin with http:// or https://."),
    "url_invalid": ("链接地址无效。", "The address is not valid."),
    "url_too_long": ("链接地址过长。", "The address is too long."),
    "url_loops": (
        "该地址是本系统的产品码，扫码后会回到原处。",
        "This address is a product code of ours: whoever follows it comes back here.",
    ),
    "title_breaks": ("标题只能是一行文字。", "A title is one line of text."),
    "title_empty": ("标题不能为空。", "A title cannot be empty."),
    "media_type_invalid": ("媒体类型无效，应如 text/html。", "The media type is not valid; it looks like text/html."),
    "language_invalid": ("语言标记无效，应如 zh 或 zh-CN。", "The language is not valid; it looks like zh or zh-CN."),
}


def _refuse(code: str) -> Refusal:
    return Refusal(code, *REFUSALS[code])


def read_url(typed: str, public_url: str) -> str | Refusal:
    """The address in characters that a URI may hold: others, as in Chinese paths, are percent-encoded and Chinese host
    names become their ASCII form. `public_url`: where people reach us."""
    text = typed.strip()
    if not re.match(r"https?://", text, re.IGNORECASE):
        return _refuse("url_scheme")
    if _BREAKS.search(text):
        return _refuse("url_invalid")
    url = text if text.isascii() else _in_ascii(text)
    if url is None or not _URL.match(url) or not _port_exists(url):
        return _refuse("url_invalid")
    if len(url) > MAX_URL:
        return _refuse("url_too_long")
    return _refuse("url_loops") if _loops(url, public_url) else url


def _in_ascii(text: str) -> str | None:
    scheme, _, rest = text.partition("://")
    place = re.search(r"[/?#]", rest)
    end = place.start() if place else len(rest)
    host, colon, port = rest[:end].partition(":")
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    return f"{scheme}://{host}{colon}{port}{quote(rest[end:], safe=_IN_A_URI)}"


def _port_exists(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def _loops(url: str, public_url: str) -> bool:
    """Whether following it asks this resolver again. Another host that sends people back is beyond our sight."""
    return _origin(url) == _origin(public_url) and not KEYS.isdisjoint(urlsplit(url).path.split("/"))


def _origin(url: str) -> tuple[str, int]:
    """Host and port. http and https of one host are one, as either may be sent on to the other."""
    at = urlsplit(url.lower())
    port = at.port or _DEFAULT_PORTS[at.scheme]
    return (at.hostname or "").rstrip("."), 443 if port == 80 else port


def title_fault(title: str, *, may_be_empty: bool = False) -> Refusal | None:
    if _BREAKS.search(title):
        return _refuse("title_breaks")
    return None if may_be_empty or title.strip() else _refuse("title_empty")


def media_type_fault(media_type: str | None) -> Refusal | None:
    return None if media_type is None or _MEDIA_TYPE.match(media_type) else _refuse("media_type_invalid")


def language_fault(language: str | None) -> Refusal | None:
    return None if language is None or _LANGUAGE.match(language) else _refuse("language_invalid")
