"""`onsite code parse` and `onsite code build`: a product's code taken apart, and put together. No database.

The answer is one JSON object: what the code says, and its forms. A refusal is one sentence with its stable code.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from server.products.rules.digital_link import (
    DigitalLink,
    build,
    build_for_label,
    identify,
    is_own,
    key_of,
    parse,
    read_host,
)
from server.products.rules.refusal import Refusal


def parsed(text: str, public_url: str) -> dict[str, Any] | Refusal:
    """What that link says. A path without a host gets the one of `public_url` in its canonical form."""
    link = parse(text)
    if isinstance(link, Refusal):
        return link
    return _told(link, public_url)


def built(
    gtin: str,
    public_url: str,
    *,
    cpv: str | None = None,
    lot: str | None = None,
    serial: str | None = None,
    third_party: str | None = None,
    host: str | None = None,
    label: bool = False,
) -> dict[str, Any] | str | Refusal:
    """The code of these plain values: all that can be said of it, or with `label` just the text to put into a QR code.
    `host`: another than that of `public_url`, which then has no path before the code."""
    link = identify(gtin, cpv=cpv, lot=lot, serial=serial, third_party=third_party)
    if isinstance(link, Refusal):
        return link
    if host is not None:
        read = read_host(host)
        if isinstance(read, Refusal):
            return read
        link = msgspec.structs.replace(link, host=read)
    else:
        link = msgspec.structs.replace(link, stem=urlsplit(public_url).path.rstrip("/"))
    told = _told(link, public_url)
    return str(told["label"]) if label else told


def _told(link: DigitalLink, public_url: str) -> dict[str, Any]:
    at = urlsplit(public_url)
    scheme, host = ("https", link.host) if link.host is not None else (at.scheme, at.netloc)
    stem = link.stem or ("" if link.host is not None else at.path.rstrip("/"))
    whole = msgspec.structs.replace(link, stem=stem)
    return {
        "key": key_of(link.gtin14),
        "gtin": None if is_own(link.gtin14) else link.gtin14,
        "number": link.gtin14,
        "cpv": link.cpv,
        "lot": link.lot,
        "serial": link.serial,
        "third_party": link.third_party,
        "host": host,
        "stem": stem,
        "parameters": [list(pair) for pair in link.extra_parameters],
        "canonical": build(whole, host, scheme=scheme),
        "label": build_for_label(whole, host, scheme=scheme),
    }


def sentence(refusal: Refusal, environ: Mapping[str, str]) -> str:
    """The refusal for the terminal, in Chinese where its locale is Chinese; the code stays."""
    locale = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    return f"{refusal.code}: {refusal.text_zh if locale.startswith('zh') else refusal.text_en}"
