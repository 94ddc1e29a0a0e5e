"""The links of a product: which one a request gets, and all of them as RFC 9264 writes them. Pure: no I/O, no clock.

Source: GS1-Conformant Resolver standard, release 1.2 (matching, 300 and 404, query strings, linksets and their schema);
RFC 9264 (application/linkset and application/linkset+json), RFC 8288 (the syntax of links), RFC 8187 (titles in it).

A product's links come in two levels, each with its anchor: the number (`/01/{GTIN}`), whose links are data, and the
unit (`/01/{GTIN}/21/{serial}`), whose links are our own pages. The unit's level says the same for every serial, issued
or not, and is worked out without looking for it: so nobody learns from a linkset which serials exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote

import msgspec

from server.products.rules.link_types import DEFAULT, LINK_TYPES, OWN_PAGES, PAGE, uri_of
from server.products.rules.refusal import Text

LINKSET: Final = "linkset"
LINKSET_JSON: Final = "application/linkset+json"
LINKSET_TEXT: Final = "application/linkset"
#: What our pages are written in, and the order in which a link is chosen for a reader of neither.
OUR_LANGUAGES: Final = ("zh-CN", "en")
CONTEXT: Final = "https://ref.gs1.org/standards/resolver/linkset-context"


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One link. `href` is absolute; `languages` empty: none or any; `default`: flagged for plain requests."""

    link_type: str
    href: str
    title: Text
    languages: tuple[str, ...] = ()
    media_type: str | None = None
    default: bool = False


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """What the links of one anchor are, the default among them, of which there is exactly one."""

    anchor: str
    description: Text
    links: tuple[Link, ...]
    default: Link


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What a request prefers: (name in lower case, weight), the dearest first; weight 0 is left out."""

    languages: tuple[str, ...] = ()
    media_types: tuple[str, ...] = ()


# ---- what there is ------------------------------------------------------------------------------------------------


def level_of_number(anchor: str, description: Text, links: Sequence[Link]) -> Level:
    """The level of a model's number. The default is the link that is flagged, else the first that leads to information
    about the product, else our own page of the model, which then is listed too."""
    default = next((link for link in links if link.default), None) or next(
        (link for link in links if link.link_type == PAGE), None
    )
    page = Link(link_type=PAGE, href=anchor, title=LINK_TYPES[PAGE], languages=OUR_LANGUAGES, media_type="text/html")
    if default is None:
        return Level(anchor=anchor, description=description, links=(page, *links), default=page)
    return Level(anchor=anchor, description=description, links=tuple(links), default=default)


def level_of_unit(root: str, path: str, description: Text, linked: Iterable[str]) -> Level:
    """The level of one serial: our own pages. `root`: where people reach us; `path`: of the unit's code; `linked`: link
    types that have links of their own."""
    known = frozenset(linked) - {PAGE}
    links = tuple(
        Link(
            link_type=link_type,
            href=root + address.format(code=path, quoted=quote(path, safe="")),
            title=LINK_TYPES[link_type],
            languages=OUR_LANGUAGES,
            media_type="text/html",
        )
        for link_type, address in OWN_PAGES.items()
        if link_type not in known
    )
    return Level(anchor=root + path, description=description, links=links, default=links[0])


# ---- which one a request gets -------------------------------------------------------------------------------------


def found(levels: Sequence[Level], link_type: str, wishes: Wishes) -> tuple[Link, ...]:
    """The best links of that type at the most specific level that has any: none (404), one (go there), or several that
    nothing tells apart (300)."""
    if link_type == DEFAULT:
        return (levels[0].default,)
    for level in levels:
        if links := [link for link in level.links if link.link_type == link_type]:
            return best(links, wishes)
    return ()


def best(links: Sequence[Link], wishes: Wishes) -> tuple[Link, ...]:
    """Those that suit these wishes best; several when nothing tells them apart."""
    ranked = [(_rank(link, wishes), link) for link in links]
    least = min((rank for rank, _ in ranked), default=None)
    return tuple(link for rank, link in ranked if rank == least)


def _rank(link: Link, wishes: Wishes) -> tuple[int, int]:
    """Smaller is better: language before media type, as our links differ by language. A link that claims nothing fits
    anyone, but less than one that says it fits; one that contradicts comes last."""
    return _language_rank(link.languages, wishes.languages), _media_rank(link.media_type, wishes.media_types)


_FITS_ANYONE: Final = 1000
_CONTRADICTS: Final = 2000


def _language_rank(spoken: tuple[str, ...], wanted: tuple[str, ...]) -> int:
    if not spoken:
        return _FITS_ANYONE
    tags = {tag.lower() for tag in spoken}
    stems = {tag.partition("-")[0] for tag in tags}
    for place, wish in enumerate(wanted):
        if wish in tags:
            return 2 * place
        if wish.partition("-")[0] in stems:
            return 2 * place + 1
    ours = [place for place, tag in enumerate(OUR_LANGUAGES, 1) if tag.partition("-")[0] in stems]
    return _FITS_ANYONE + ours[0] if ours else _CONTRADICTS


def _media_rank(media_type: str | None, wanted: tuple[str, ...]) -> int:
    if media_type is None or not wanted:
        return _FITS_ANYONE
    for place, wish in enumerate(wanted):
        if wish == media_type or wish == media_type.partition("/")[0] + "/*":
            return place
        if wish == "*/*":
            return _FITS_ANYONE
    return _CONTRADICTS


def preferences(header: str | None) -> tuple[str, ...]:
    """The names in an `Accept` or `Accept-Language`, the dearest first, in lower case and without parameters; what is
    weighed 0 or not to be read is left out, and so is all after the thirtieth."""
    return _preferences((header or "")[:2000].lower())


@lru_cache(maxsize=256)  # phones of one kind all say the same
def _preferences(header: str) -> tuple[str, ...]:
    weighed: list[tuple[float, int, str]] = []
    for place, part in enumerate(header.split(",")[:30]):
        name, *parameters = (text.strip() for text in part.split(";"))
        weight = next((_weight(p[2:]) for p in parameters if p.startswith("q=")), 1.0)
        if name and weight > 0:
            weighed.append((-weight, place, name))
    return tuple(name for _, _, name in sorted(weighed))


def _weight(text: str) -> float:
    return float(text) if re.fullmatch(r"[01](\.[0-9]{0,3})?", text) else 0.0


# ---- where it leads -----------------------------------------------------------------------------------------------


_IN_A_QUERY: Final = "%!$&'()*+,;=:@/?._~-"


def with_query(href: str, query: str) -> str:
    """The address with the request's query passed on whole, before its own fragment. What may not stand in a URI is
    percent-encoded."""
    if not query:
        return href
    target, hash_, fragment = href.partition("#")
    joint = "" if target.endswith(("?", "&")) else "&" if "?" in target else "?"
    return f"{target}{joint}{quote(query, safe=_IN_A_QUERY)}{hash_}{fragment}"


def without_link_type(query: str) -> str:
    """The same query for a page of ours, which would otherwise be asked to send people on for ever."""
    return "&".join(item for item in query.split("&") if item and item.partition("=")[0] != "linkType")


# ---- how it is written --------------------------------------------------------------------------------------------


def linkset(levels: Sequence[Level], chinese: bool) -> dict[str, Any]:
    """The JSON of RFC 9264, as GS1's schema narrows it: link types are full URIs, `hreflang` is a list, and the default
    has a title and no other attribute. `chinese`: the language of titles of links that have none of their own."""
    return {LINKSET: [_context_object(level, chinese) for level in levels]}


def _context_object(level: Level, chinese: bool) -> dict[str, Any]:
    written: dict[str, Any] = {
        "anchor": level.anchor,
        "itemDescription": _said(level.description, chinese),
        uri_of(DEFAULT): [{"href": level.default.href, "title": title_of(level.default, chinese)}],
    }
    for link in level.links:
        written.setdefault(uri_of(link.link_type), []).append(_target(link, chinese))
    return written


def _target(link: Link, chinese: bool) -> dict[str, Any]:
    target: dict[str, Any] = {"href": link.href, "title": title_of(link, chinese)}
    if link.languages:
        target["hreflang"] = list(link.languages)
    if link.media_type is not None:
        target["type"] = link.media_type
    return target


def title_of(link: Link, chinese: bool) -> str:
    """In the language of what it leads to, where that is one; else in the reader's."""
    if len(link.languages) == 1:
        return _said(link.title, link.languages[0].startswith("zh"))
    return _said(link.title, chinese)


def _said(text: Text, chinese: bool) -> str:
    return (text.zh if chinese else text.en) or text.zh


def linkset_text(levels: Sequence[Level], chinese: bool) -> str:
    """The other format of RFC 9264, that of the `Link` header, one link a line."""
    lines = []
    for level in levels:
        for link in level.links:
            lines.append(link_value(link, uri_of(link.link_type), chinese, anchor=level.anchor))
        default = Link(link_type=DEFAULT, href=level.default.href, title=level.default.title)
        lines.append(link_value(default, uri_of(DEFAULT), chinese, anchor=level.anchor))
    return ",\n".join(lines) + "\n"


def link_value(link: Link, relation: str, chinese: bool, anchor: str | None = None) -> str:
    """One link as RFC 8288 writes it in a header: ASCII, one line, whatever its title holds."""
    parameters: Mapping[str, str | None] = {"rel": relation, "anchor": anchor, "type": link.media_type}
    written = [f"<{_uri(link.href)}>"]
    written += [f'{name}="{_uri(value)}"' for name, value in parameters.items() if value is not None]
    written += [f'hreflang="{_uri(tag)}"' for tag in link.languages]
    return "; ".join([*written, _title_parameter(title_of(link, chinese))])


def _uri(text: str) -> str:
    return quote(text, safe="%!#$&'()*+,;=:@/?._~[]-")


def _title_parameter(title: str) -> str:
    """A quoted string where that can hold it, else RFC 8187's `title*`, in which everything is percent-encoded."""
    if re.fullmatch(r"[ !#-\[\]-~]*", title):
        return f'title="{title}"'
    return f"title*=UTF-8''{quote(title, safe='!#$&+.^_`|~-')}"


def linkset_of(links: Sequence[Link], levels: Sequence[Level]) -> tuple[Level, ...]:
    """The levels cut to these links, as the body of a 300: what there is to choose from."""
    cut = []
    for level in levels:
        kept = tuple(link for link in level.links if link in links)
        if kept:
            cut.append(Level(anchor=level.anchor, description=level.description, links=kept, default=level.default))
    return tuple(cut)
