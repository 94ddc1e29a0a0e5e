"""Links behind a product's code, as an administrator edits them."""

from typing import Annotated
from uuid import UUID

import msgspec

from schemas.base import Answer, Instant, Name, Request, ShortText, Slug

#: A term of the GS1 Web Vocabulary as a CURIE, such as `gs1:instructions`.
LinkType = Annotated[str, msgspec.Meta(pattern=r"^gs1:[A-Za-z]{1,36}$")]
Position = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
LinkVersion = Annotated[int, msgspec.Meta(ge=1)]


class LinkTerms(Request, frozen=True, kw_only=True):
    """What a link says. `url`: http or https. `title_en` empty: as `title`. `language`: of what it leads to, such as
    `zh` or `zh-CN`; null: none, or both of ours. `default`: where a plain request for the product goes, one link of a
    line, of a model, or of all. `position`: smaller comes first. It holds from `starts_at` to before `ends_at`."""

    link_type: LinkType
    url: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    title: Name
    title_en: ShortText = ""
    language: Annotated[str, msgspec.Meta(max_length=5)] | None = None
    media_type: Annotated[str, msgspec.Meta(max_length=130)] | None = None
    default: bool = False
    position: Position = 0
    starts_at: Instant | None = None
    ends_at: Instant | None = None


class NewProductLink(LinkTerms, frozen=True, kw_only=True):
    """Of one model, of one line, or of every product when neither is named. A model's links of a type go before those
    of its line, and these before those of every product."""

    line_code: Slug | None = None
    model_id: UUID | None = None


class ProductLinkEdit(LinkTerms, frozen=True, kw_only=True):
    """The whole link anew. `version`: the one that the person was looking at."""

    version: LinkVersion


class ProductLink(Answer, frozen=True, kw_only=True):
    id: UUID
    line_code: str | None
    model_id: UUID | None
    link_type: str
    url: str
    title: str
    title_en: str
    language: str | None
    media_type: str | None
    default: bool
    position: int
    starts_at: Instant | None
    ends_at: Instant | None
    version: int
    removed_at: Instant | None = None


class ProductLinkVersion(Answer, frozen=True, kw_only=True):
    """The link as it stood at one version; `changed_by`: the user who wrote it so."""

    version: int
    changed_by: UUID | None
    changed_at: Instant
    link: ProductLink
