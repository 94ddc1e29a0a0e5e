"""What a product's code resolves to, by the GS1-Conformant Resolver standard. No HTTP.

A plain request for a unit's code gets our own page of it, served at the code itself: one round trip less for a slow
phone, and nobody can send it elsewhere, since it says whether the unit is genuine. A plain request for a number goes to
its default link. Whoever asks for a link type, or for the linkset, gets the same answer for every serial, issued or
not: no serial is looked up here at all.
"""

from dataclasses import dataclass
from datetime import datetime

from schemas.links import ProductLink
from server.products import link_store
from server.products.link_store import LinkedModel
from server.products.rules import linkset
from server.products.rules.digital_link import DigitalLink, path_of
from server.products.rules.link_types import DEFAULT, LINK_TYPES, read_link_type
from server.products.rules.linkset import Level, Link, Wishes
from server.products.rules.refusal import Text
from server.products.texts import Locale


@dataclass(frozen=True, slots=True)
class Resolved:
    """`levels`: the most specific first. `links`: what was asked for: one to go to, or several to choose from."""

    levels: tuple[Level, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class ShownLink:
    """A link as a page shows it, in the reader's language."""

    link_type: str
    href: str
    title: str


async def resolve(link: DigitalLink, asked: str, public_url: str, wishes: Wishes, now: datetime) -> Resolved | None:
    """`asked`: as in `linkType=`; empty for the default, `linkset` for all. None: nothing known of that number. No
    `links`: none of that type."""
    known = await link_store.linked_model(link.gtin14, now)
    if known is None:
        return None
    levels = levels_of(link, known, public_url)
    link_type = read_link_type(asked) if asked else DEFAULT
    if link_type is None or link_type == linkset.LINKSET:
        return Resolved(levels, ())
    return Resolved(levels, linkset.found(levels, link_type, wishes))


def levels_of(link: DigitalLink, known: LinkedModel, public_url: str) -> tuple[Level, ...]:
    """What is behind this code of that model."""
    description = Text(known.name, known.name_en)
    links = _in_force(known.links)
    number = linkset.level_of_number(public_url + path_of(DigitalLink(link.gtin14)), description, links)
    if link.serial is None:
        return (number,)
    path = path_of(DigitalLink(link.gtin14, serial=link.serial))
    return linkset.level_of_unit(public_url, path, description, {each.link_type for each in links}), number


def _in_force(kept: list[ProductLink]) -> list[Link]:
    """Of each type those of its most specific scope, which come first; likewise the one that is the default."""
    scope_of_type: dict[str, tuple[object, object]] = {}
    links: list[Link] = []
    flagged = False
    for each in kept:
        scope = (each.line_code, each.model_id)
        if scope_of_type.setdefault(each.link_type, scope) != scope:
            continue
        links.append(
            Link(
                link_type=each.link_type.removeprefix("gs1:"),
                href=each.url,
                title=Text(each.title, each.title_en),
                languages=() if each.language is None else (each.language,),
                media_type=each.media_type,
                default=each.default and not flagged,
            )
        )
        flagged = flagged or each.default
    return links


def shown_links(known: LinkedModel, locale: Locale) -> tuple[ShownLink, ...]:
    """What an administrator linked to that model, the best of each type for a reader of that language."""
    chinese = locale == "zh-CN"
    links = _in_force(known.links)
    wishes = Wishes(languages=(locale.lower(),))
    shown = []
    for link_type in LINK_TYPES:
        best = linkset.best([link for link in links if link.link_type == link_type], wishes)
        shown += [ShownLink(link_type, each.href, linkset.title_of(each, chinese)) for each in best]
    return tuple(shown)
