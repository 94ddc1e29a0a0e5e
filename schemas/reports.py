"""Templates of service reports, as headquarters edits them."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from schemas.base import Answer, Instant, Request, Slug

Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Locale = Literal["zh-CN", "en"]
TemplateVersion = Annotated[int, msgspec.Meta(ge=1)]


class ReportSection(Request, frozen=True, kw_only=True):
    """A part of the report. `fields`: which of its fields, in that order; empty: all of them."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    fields: Annotated[list[Annotated[str, msgspec.Meta(min_length=1, max_length=60)]], msgspec.Meta(max_length=30)] = []


class ReportWording(Request, frozen=True, kw_only=True):
    """`intro`: under the title; `consent`: over the signature; `footer`: at the foot of each page. Text, never HTML."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    intro: Annotated[str, msgspec.Meta(max_length=600)] = ""
    consent: Annotated[str, msgspec.Meta(min_length=1, max_length=600)]
    footer: Annotated[str, msgspec.Meta(max_length=200)] = ""


class ReportWordings(Request, frozen=True, kw_only=True, rename={"zh": "zh-CN"}):
    """Both languages, always."""

    zh: ReportWording
    en: ReportWording


class ReportTerms(Request, frozen=True, kw_only=True):
    """What a template says. `accent`: colour of titles and rules, dark enough to be read on white; `logo`: digest of
    one that was handed in, see `POST /report-templates/logos`."""

    paper: Literal["A4", "Letter"] = "A4"
    accent: Annotated[str, msgspec.Meta(pattern="^#[0-9a-fA-F]{6}$")] = "#0b57a4"
    logo: Sha256 | None = None
    sections: Annotated[list[ReportSection], msgspec.Meta(min_length=1, max_length=40)]
    wording: ReportWordings


class NewReportTemplate(ReportTerms, frozen=True, kw_only=True):
    """`job_type`: for jobs of that kind; null: for all that have none of their own."""

    job_type: Slug | None = None


class ReportTemplateEdit(ReportTerms, frozen=True, kw_only=True):
    """The whole template anew. `version`: the one that the person was looking at."""

    version: TemplateVersion


class ReportTemplate(Answer, frozen=True, kw_only=True):
    """As it stands. `id` null, `version` 0: what the software brings along, in force until the firm has its own."""

    id: UUID | None
    job_type: str | None
    version: int
    removed_at: Instant | None
    terms: ReportTerms


class ReportTemplateVersion(Answer, frozen=True, kw_only=True):
    """What a template said from `made_at` on; `removed`: from then on it was none."""

    version: int
    made_by: UUID | None
    made_at: Instant
    removed: bool
    terms: ReportTerms


class ReportLogo(Answer, frozen=True, kw_only=True):
    """A logo as it is kept: PNG, pixels only. The same picture twice is one."""

    digest: str
    size: int
    width: int
    height: int


class ReportPreview(Request, frozen=True, kw_only=True):
    """`terms`: a template that need not be kept anywhere; null: the one in force. `completion_id`: a completion to
    show; null: a made-up one."""

    terms: ReportTerms | None = None
    completion_id: UUID | None = None
    locale: Locale = "zh-CN"
