"""A verdict in one sentence, as a customer would be told."""

import re

import pytest

from server.products.rules.entitlement import Fault, Reason, Verdict
from server.products.rules.refusal import Text
from server.products.rules.sentences import sentence_of, sentence_of_line, sentence_of_remedy, sentence_of_source
from server.products.texts import TEXTS, date_text
from tests.products.builders import day, judged, policy, repair, term, unit

COMPRESSOR = Fault(component="compressor", name=Text("压缩机", "compressor"))
MAJOR = Fault(component="compressor", name=Text("压缩机", "compressor"), severity="major")


class TestSaid:
    @pytest.mark.parametrize(
        ("answer", "zh", "en"),
        [
            (
                judged(unit(), "2026-06-05", COMPRESSOR),
                "压缩机可免费修理至2027年6月1日（含当日）（依据：国家三包规定），零件、工时和上门都不收费。",
                (
                    "Repair of the compressor is free until the end of 1 June 2027 under China's “three guarantees”: "
                    "parts, labour and travel cost you nothing."
                ),
            ),
            (
                judged(unit(), "2024-06-05", MAJOR),
                (
                    "压缩机可免费修理至2027年6月1日（含当日）（依据：国家三包规定），零件、工时和上门都不收费；"
                    "您还可以要求退货（至2024年6月16日，含当日）或换货（至2024年7月1日，含当日）。"
                ),
                (
                    "Repair of the compressor is free until the end of 1 June 2027 under China's “three guarantees”: "
                    "parts, labour and travel cost you nothing; you may also ask for a refund until 16 June 2024 "
                    "or an exchange until 1 July 2024."
                ),
            ),
            (
                judged(unit(), "2028-01-01", COMPRESSOR),
                "压缩机目前不能免费修理：保修期已于2027年6月1日结束；我们仍提供终身上门服务，费用由您承担。",
                (
                    "Repair of the compressor is not free: the term ended on 1 June 2027; "
                    "we still come to you for the life of the product, at your cost."
                ),
            ),
            (
                judged(unit(), "2024-07-01", None, (policy(term(months=12, name=Text("整机", "whole unit"))),)),
                "整机可免费修理至2025年6月1日（含当日）（依据：测试），零件不收费，工时、上门收费。",
                (
                    "Repair of the whole unit is free until the end of 1 June 2025 under test policy: "
                    "parts at no cost to you, labour and travel at your cost."
                ),
            ),
            (
                judged(unit(), "2024-07-01", None, ()),
                "整机目前不能免费修理：没有适用于此部件的保修条款；可以付费修理。",
                "Repair of the whole unit is not free: no warranty term applies to it; we can repair it at your cost.",
            ),
        ],
    )
    def test_word_for_word(self, answer: Verdict, zh: str, en: str) -> None:
        assert sentence_of(answer) == Text(zh, en)

    def test_says_why_the_day_moved(self) -> None:
        mended = judged(unit(repairs=(repair("2024-07-01", "2024-07-11"),)), "2025-01-01")
        assert "至2026年6月11日（含当日，已顺延修理占用的日子）" in sentence_of(mended).zh
        assert "until the end of 11 June 2026 (days in repair added) under" in sentence_of(mended).en

    def test_a_line_by_itself(self) -> None:
        line = judged(unit(), "2026-06-05").by_component[0]
        assert sentence_of_line(line).en == "Repair of the whole unit is not free: the term ended on 1 June 2026."

    def test_items_that_end_sooner_have_their_own_day(self) -> None:
        """ "Free until 2026" would be a promise of labour that ends in 2025."""
        law = policy(term(months=24, name=Text("整机", "whole unit")), source="statute", code="law")
        work = policy(term(months=12, covers=("labour",)))
        both = judged(unit(), "2024-07-01", COMPRESSOR, (law, work))
        assert sentence_of(both) == Text(
            "压缩机可免费修理至2026年6月1日（含当日）（依据：测试），零件不收费，工时只到2025年6月1日（含当日）不收费，上门收费。",
            "Repair of the compressor is free until the end of 1 June 2026 under test policy: parts at no cost to you, "
            "labour free only until the end of 1 June 2025, travel at your cost.",
        )

    def test_each_source_by_itself(self) -> None:
        answer = judged(unit(), "2025-06-05", Fault(component="door", name=Text("门", "door")))
        assert sentence_of_source(answer.statute, answer).en == (
            "Repair of the door is not free: the term ended on 1 June 2025."
        )
        assert sentence_of_source(answer.promise, answer).zh == (
            "门可免费修理至2026年6月1日（含当日）（依据：本公司服务承诺），零件、工时和上门都不收费。"
        )

    def test_each_thing_that_may_be_asked_for(self) -> None:
        late = unit(repairs=(repair("2024-07-01", None, delay="repairer"),))
        answer = judged(late, "2024-08-01", COMPRESSOR)
        assert [sentence_of_remedy(remedy, answer).en for remedy in answer.remedies] == [
            (
                "You may ask for an exchange: the repair has taken too long (under China's “three guarantees”); "
                "the repairer bears the cost."
            ),
            (
                "You may ask for a repair until 2 July 2027: it is within its term (under China's “three guarantees”); "
                "parts, labour and travel cost you nothing."
            ),
        ]

    def test_a_repair_that_is_free_in_part_is_not_called_free(self) -> None:
        answer = judged(unit(), "2024-07-01", COMPRESSOR, (policy(term(months=12)),))
        assert sentence_of_remedy(answer.remedies[0], answer).zh == (
            "您可以要求修理（至2025年6月1日，含当日）：在保修期内（依据：测试），零件不收费，工时、上门收费。"
        )

    def test_a_charged_repair_says_why(self) -> None:
        answer = judged(unit(), "2030-01-01", COMPRESSOR)
        assert sentence_of_remedy(answer.remedies[0], answer).zh == "可以付费修理：保修期已于2027年6月1日结束。"

    @pytest.mark.parametrize("proof", ["valid", "missing", "altered", "other_serial"])
    @pytest.mark.parametrize("on", ["2024-05-31", "2024-06-01", "2024-06-20", "2025-08-01", "2027-01-01", "2030-01-01"])
    @pytest.mark.parametrize("fault", [None, MAJOR], ids=["no fault", "major"])
    def test_is_always_one_whole_sentence(self, proof: str, on: str, fault: Fault | None) -> None:
        said = sentence_of(judged(unit(proof=proof), on, fault))
        assert said.zh.endswith("。")
        assert said.zh.count("。") == 1
        assert said.en.endswith(".")
        assert not re.search(r"[{}]|  |None|\.\.", said.zh + said.en)
        assert not re.search(r"[,;:()]", said.zh), "Chinese sentences use Chinese punctuation"


class TestCatalogue:
    def test_every_reason_has_its_words(self) -> None:
        assert {f"reason_{reason.value}" for reason in Reason} <= TEXTS.keys()

    @pytest.mark.parametrize("key", sorted(TEXTS))
    def test_both_languages_fill_in_the_same(self, key: str) -> None:
        text = TEXTS[key]
        assert text.zh
        assert text.en
        assert sorted(re.findall(r"\{(\w+)\}", text.zh)) == sorted(re.findall(r"\{(\w+)\}", text.en))

    def test_a_date_in_full(self) -> None:
        assert date_text(day("2024-02-09")) == Text("2024年2月9日", "9 February 2024")
