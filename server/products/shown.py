"""Units and verdicts as the wire types of `schemas.products`. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec

from schemas.commitments import Sentence
from schemas.products import Coverage, CoverageLine, CoverageRemedy, SourceCoverage, Unit, WhoPays
from server.products.codes import unit_url
from server.products.rules.coverage import Line, Pays, Remedy, SourceVerdict, Verdict
from server.products.rules.refusal import Text
from server.products.rules.sentences import sentence_of, sentence_of_line


def shown_unit(row: Mapping[str, Any], public_url: str) -> Unit:
    own = {name: row[name] for name in Unit.__struct_fields__ if name != "url"}
    return Unit(**own, url=unit_url(public_url, row["gtin"], row["serial"]))


def shown_coverage(unit_id: UUID, verdict: Verdict) -> Coverage:
    return Coverage(
        unit_id=unit_id,
        on=verdict.on,
        component=verdict.component,
        covered=verdict.covered,
        until=verdict.until,
        best=verdict.best,
        pays=_pays(verdict.pays),
        on_site=verdict.on_site,
        remedies=_remedies(verdict.remedies),
        reasons=[reason.value for reason in verdict.reasons],
        rules=list(verdict.rules),
        sentence=_said(sentence_of(verdict)),
        lines=_lines(verdict.by_component),
        statute=_source(verdict.statute),
        promise=_source(verdict.promise),
    )


def _source(judged: SourceVerdict) -> SourceCoverage:
    return SourceCoverage(
        covered=judged.covered,
        until=judged.until,
        pays=_pays(judged.pays),
        lines=_lines(judged.lines),
        remedies=_remedies(judged.remedies),
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


def _remedies(remedies: Iterable[Remedy]) -> list[CoverageRemedy]:
    return msgspec.convert(list(remedies), list[CoverageRemedy], from_attributes=True)


def _pays(pays: Pays) -> WhoPays:
    return WhoPays(parts=pays.parts, labour=pays.labour, travel=pays.travel)


def _said(text: Text) -> Sentence:
    return Sentence(zh=text.zh, en=text.en)
