"""Units and verdicts as the wire types of `schemas.products`. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec

from schemas.commitments import Sentence
from schemas.products import (
    Coverage,
    CoverageLine,
    CoverageRemedy,
    FreeUntil,
    JudgedBy,
    JudgedFacts,
    JudgedPolicy,
    SourceCoverage,
    Unit,
    WhoPays,
)
from server.products.codes import unit_url
from server.products.judging import Judged
from server.products.rules.entitlement import Line, Pays, PaysUntil, Remedy, SourceVerdict, Verdict
from server.products.rules.refusal import Text
from server.products.rules.sentences import sentence_of, sentence_of_line, sentence_of_remedy, sentence_of_source


def shown_unit(row: Mapping[str, Any], public_url: str) -> Unit:
    own = {name: row[name] for name in Unit.__struct_fields__ if name != "url"}
    return Unit(**own, url=unit_url(public_url, row["gtin"], row["serial"]))


def shown_coverage(unit_id: UUID, judged: Judged) -> Coverage:
    verdict = judged.verdict
    return Coverage(
        unit_id=unit_id,
        on=verdict.on,
        component=verdict.component,
        covered=verdict.covered,
        until=verdict.until,
        best=verdict.best,
        pays=_pays(verdict.pays),
        pays_until=_pays_until(verdict.pays_until),
        on_site=verdict.on_site,
        remedies=_remedies(verdict.remedies, verdict),
        reasons=[reason.value for reason in verdict.reasons],
        rules=list(verdict.rules),
        sentence=_said(sentence_of(verdict)),
        lines=_lines(verdict.by_component),
        statute=_source(verdict.statute, verdict),
        promise=_source(verdict.promise, verdict),
        judged_by=_judged_by(judged),
    )


def _judged_by(judged: Judged) -> JudgedBy:
    return JudgedBy(
        known_at=judged.known_at,
        policies=[JudgedPolicy(code=one.code, version=one.version, source=one.source) for one in judged.policies],
        facts=msgspec.convert(judged.facts, JudgedFacts, from_attributes=True),
    )


def _source(judged: SourceVerdict, verdict: Verdict) -> SourceCoverage:
    return SourceCoverage(
        covered=judged.covered,
        until=judged.until,
        pays=_pays(judged.pays),
        pays_until=_pays_until(judged.pays_until),
        sentence=_said(sentence_of_source(judged, verdict)),
        lines=_lines(judged.lines),
        remedies=_remedies(judged.remedies, verdict),
    )


def _lines(lines: Iterable[Line]) -> list[CoverageLine]:
    return [_line(line) for line in lines]


def _line(line: Line) -> CoverageLine:
    return CoverageLine(
        source=line.source,
        policy=line.policy,
        policy_version=line.policy_version,
        policy_name=_said(line.policy_name),
        rule=line.rule,
        component=line.component,
        component_name=_said(line.name),
        covered=line.covered,
        starts_on=line.starts_on,
        starts_from=line.starts_from,
        until=line.until,
        covers=list(line.covers),
        reasons=[reason.value for reason in line.reasons],
        sentence=_said(sentence_of_line(line)),
    )


def _remedies(remedies: Iterable[Remedy], verdict: Verdict) -> list[CoverageRemedy]:
    return [
        CoverageRemedy(
            kind=remedy.kind,
            source=remedy.source,
            policy=remedy.policy,
            policy_version=remedy.policy_version,
            rule=remedy.rule,
            until=remedy.until,
            paid_by=remedy.paid_by,
            severity=remedy.severity,
            reason=remedy.reason.value,
            sentence=_said(sentence_of_remedy(remedy, verdict)),
        )
        for remedy in remedies
    ]


def _pays(pays: Pays) -> WhoPays:
    return WhoPays(parts=pays.parts, labour=pays.labour, travel=pays.travel)


def _pays_until(until: PaysUntil) -> FreeUntil:
    return FreeUntil(parts=until.parts, labour=until.labour, travel=until.travel)


def _said(text: Text) -> Sentence:
    return Sentence(zh=text.zh, en=text.en)
