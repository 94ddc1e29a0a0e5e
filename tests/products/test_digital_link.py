"""GS1 Digital Link: what is a product code, what is not and why, and one canonical form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.products.rules.digital_link import (
    CHARACTER_SET_82,
    REFUSALS,
    DigitalLink,
    build,
    build_for_label,
    check_digit,
    gtin14,
    identify,
    is_own,
    key_of,
    own_number,
    parse,
    path_of,
)
from server.products.rules.refusal import Refusal

GTIN = "09506000134352"
SERIAL = "7K3M9Q2AX1B4C8D2"
OWN = "02000000000015"


def read(text: str) -> DigitalLink:
    link = parse(text)
    assert isinstance(link, DigitalLink), link
    return link


def code_of(text: str) -> str:
    refusal = parse(text)
    assert isinstance(refusal, Refusal), refusal
    return refusal.code


class TestGtin:
    @pytest.mark.parametrize(
        ("typed", "padded"),
        [
            ("96385074", "00000096385074"),
            ("614141123452", "00614141123452"),
            ("9506000134352", "09506000134352"),
            ("09506000134352", "09506000134352"),
            ("6901234567892", "06901234567892"),
        ],
    )
    def test_every_length_is_padded_to_14(self, typed: str, padded: str) -> None:
        assert gtin14(typed) == padded

    @pytest.mark.parametrize(
        ("typed", "code"),
        [
            ("", "gtin_not_digits"),
            ("950600013435X", "gtin_not_digits"),
            ("٩٥٠٦٠٠٠١٣٤٣٥٢", "gtin_not_digits"),
            ("9506000134352 ", "gtin_not_digits"),
            ("123", "gtin_length"),
            ("950600013435", "gtin_check_digit"),
            ("9506000134353", "gtin_check_digit"),
            ("095060001343520", "gtin_length"),
            ("00000000000000", "gtin_all_zero"),
        ],
    )
    def test_refused(self, typed: str, code: str) -> None:
        refusal = gtin14(typed)
        assert isinstance(refusal, Refusal)
        assert refusal.code == code

    @given(st.from_regex(r"[0-9]{13}", fullmatch=True), st.integers(0, 12), st.integers(1, 9))
    def test_every_single_wrong_digit_is_noticed(self, body: str, place: int, change: int) -> None:
        wrong = body[:place] + str((int(body[place]) + change) % 10) + body[place + 1 :]
        assert check_digit(wrong) != check_digit(body)


class TestAccepted:
    def test_unit(self) -> None:
        link = read(f"/01/{GTIN}/21/{SERIAL}")
        assert (link.gtin14, link.cpv, link.lot, link.serial) == (GTIN, None, None, SERIAL)

    def test_all_qualifiers_in_order(self) -> None:
        link = read(f"/01/{GTIN}/22/2A/10/LOT7/21/{SERIAL}")
        assert (link.cpv, link.lot, link.serial) == ("2A", "LOT7", SERIAL)

    @pytest.mark.parametrize(
        "path", ["", "/22/A", "/10/B", "/21/C", "/22/A/21/C", "/10/B/21/C", "/22/A/10/B", "/235/T"]
    )
    def test_every_legal_combination(self, path: str) -> None:
        assert path_of(read(f"/01/{GTIN}{path}")) == f"/01/{GTIN}{path}"

    def test_url_with_capitals_in_scheme_and_host(self) -> None:
        assert read(f"HTTPS://Onsite.EXAMPLE:8443/01/{GTIN}").host == "onsite.example:8443"

    def test_stem_of_the_firm_comes_first(self) -> None:
        link = read(f"https://example.com/p/01/01/{GTIN}/21/01")
        assert (link.stem, link.serial) == ("/p/01", "01")

    def test_serial_is_case_sensitive(self) -> None:
        assert read(f"/01/{GTIN}/21/aB").serial == "aB"

    @pytest.mark.parametrize(
        ("raw", "meant"), [("A%2FB", "A/B"), ("A%2fB", "A/B"), ("%25", "%"), ("%3F%22", '?"'), ("A+B", "A+B")]
    )
    def test_percent_encoding(self, raw: str, meant: str) -> None:
        assert read(f"/01/{GTIN}/21/{raw}").serial == meant

    def test_20_characters_are_enough_28_for_235(self) -> None:
        assert read(f"/01/{GTIN}/21/{'A' * 20}").serial == "A" * 20
        assert read(f"/01/{GTIN}/235/{'A' * 28}").third_party == "A" * 28

    def test_20_encoded_characters_are_counted_decoded(self) -> None:
        assert read(f"/01/{GTIN}/21/{'%2F' * 20}").serial == "/" * 20

    def test_other_parameters_are_kept_in_order(self) -> None:
        link = read(f"/01/{GTIN}?linkType=gs1:pip&17=290331&a=%E4%BD%A0&a=b+c&flag")
        assert link.extra_parameters == (
            ("linkType", "gs1:pip"),
            ("17", "290331"),
            ("a", "你"),
            ("a", "b c"),
            ("flag", ""),
        )
        assert link.query == "linkType=gs1:pip&17=290331&a=%E4%BD%A0&a=b+c&flag"


class TestRefused:
    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "bad_host"),
            ("/", "not_a_digital_link"),
            ("/01", "not_a_digital_link"),
            ("/01/", "empty_segment"),
            ("/02/09506000134352", "not_a_digital_link"),
            (f"/gtin/{GTIN}", "not_a_digital_link"),
            (f"//01/{GTIN}", "empty_segment"),
            (f"/01/{GTIN}/", "empty_segment"),
            (f"/01/{GTIN}/21//", "empty_segment"),
            (f"/01/{GTIN}/21/{SERIAL}/", "empty_segment"),
            ("/01/9506000134352", "gtin_not_14"),
            ("/01/614141123452", "gtin_not_14"),
            ("/01/09506000134353", "gtin_check_digit"),
            ("/01/0950600013435", "gtin_check_digit"),
            ("/01/0950600013435X", "gtin_not_digits"),
            ("/01/%30%39506000134352", "gtin_not_digits"),
            (f"/01/{GTIN}%2F21%2FABC", "gtin_not_digits"),
            (f"/01/{GTIN}/21", "qualifier_without_value"),
            (f"/01/{GTIN}/21/A/10/B", "qualifier_out_of_order"),
            (f"/01/{GTIN}/10/A/22/B", "qualifier_out_of_order"),
            (f"/01/{GTIN}/21/A/21/A", "qualifier_doubled"),
            (f"/01/{GTIN}/21/A/235/B", "qualifier_not_combined"),
            (f"/01/{GTIN}/235/A/21/B", "qualifier_not_combined"),
            (f"/01/{GTIN}/ser/A", "unknown_qualifier"),
            (f"/01/{GTIN}/SER/A", "unknown_qualifier"),
            (f"/01/{GTIN}/17/290331", "unknown_qualifier"),
            (f"/01/{GTIN}/21/A/index.html", "unknown_qualifier"),
            (f"/01/{GTIN}/21/{'A' * 21}", "value_too_long"),
            (f"/01/{GTIN}/235/{'A' * 29}", "value_too_long"),
            (f"/01/{GTIN}/21/A%", "bad_percent_encoding"),
            (f"/01/{GTIN}/21/A%2", "bad_percent_encoding"),
            (f"/01/{GTIN}/21/A%GG", "bad_percent_encoding"),
            (f"/01/{GTIN}/21/A%00", "bad_character"),
            (f"/01/{GTIN}/21/A%C0%AF", "bad_character"),
            (f"/01/{GTIN}/21/A%20B", "bad_character"),
            (f"/01/{GTIN}/21/A B", "bad_character"),
            (f"/01/{GTIN}/21/A~B", "bad_character"),
            (f"/01/{GTIN}/21/A$B", "bad_character"),
            (f'/01/{GTIN}/21/A"B', "bad_character"),
            (f"/01/{GTIN}/21/序列", "bad_character"),
            (f"/01/{GTIN}/21/A\nB", "bad_character"),
            (f"/01/{GTIN}/21/A\x00", "bad_character"),
            (f"/01/{GTIN}/21/..", "bad_character"),
            (f"/01/{GTIN}/21/%2E", "bad_character"),
            (f"/01/{GTIN}/21/A#part", "fragment"),
            (f"ftp://example.com/01/{GTIN}", "bad_host"),
            (f"https:///01/{GTIN}", "bad_host"),
            (f"https://user@example.com/01/{GTIN}", "bad_host"),
            (f"01/{GTIN}", "bad_host"),
            (f"/01/{GTIN}?21=A", "qualifier_in_query"),
            (f"/01/{GTIN}?01={GTIN}", "qualifier_in_query"),
            (f"/01/{GTIN}?99999=1", "unknown_identifier_in_query"),
            (f"/01/{GTIN}?17=290331&17=290401", "parameter_doubled"),
            (f"/01/{GTIN}?x=%0D%0AX-Evil:%201", "bad_character"),
            (f"/01/{GTIN}?x=%E2%80%AE", "bad_character"),
            (f"/01/{GTIN}?x=%C0%AF", "bad_percent_encoding"),
            (f"/01/{GTIN}?x=%zz", "bad_percent_encoding"),
            (f"/01/{GTIN}?x={'a' * 2048}", "too_long"),
            (f"/01/{OWN}", "restricted_number"),
            (f"/OWN/{GTIN}", "not_restricted"),
            (f"/own/{OWN}", "not_a_digital_link"),
            ("/OWN", "not_a_digital_link"),
            ("/OWN/2000000000015", "gtin_not_14"),
            ("/OWN/02000000000016", "gtin_check_digit"),
            (f"/OWN/{OWN}/21/A/10/B", "qualifier_out_of_order"),
            (f"/OWN/{OWN}/21/{'A' * 21}", "value_too_long"),
            (f"/OWN/{OWN}/21/A%00", "bad_character"),
            (f"/OWN/{OWN}?21=A", "qualifier_in_query"),
            (f"/01/{GTIN}/21/A%E0%80%AF", "bad_character"),
            (f"/01/{GTIN}/21/%0d%0aLocation:%20x", "bad_character"),
            (f"/01/{GTIN}/010/A", "unknown_qualifier"),
            (f"/01/{GTIN}/21/A/22/B", "qualifier_out_of_order"),
            (f"/01/{GTIN}/10/A/10/B", "qualifier_doubled"),
        ],
    )
    def test_with_the_fault_named(self, text: str, code: str) -> None:
        assert code_of(text) == code

    def test_13_digits_are_told_the_14(self) -> None:
        refusal = parse("/01/9506000134352/21/A")
        assert isinstance(refusal, Refusal)
        assert GTIN in refusal.text_en
        assert GTIN in refusal.text_zh

    def test_the_expected_check_digit_is_named(self) -> None:
        refusal = parse("/01/09506000134350")
        assert isinstance(refusal, Refusal)
        assert "should be 2" in refusal.text_en

    @pytest.mark.parametrize("code", sorted(REFUSALS))
    def test_every_refusal_is_in_both_languages(self, code: str) -> None:
        zh, en = REFUSALS[code]
        assert any("\u4e00" <= character <= "\u9fff" for character in zh)
        assert en.isascii() or "“" in en
        assert ("{where}" in zh) == ("{where}" in en)


class TestOwnKey:
    def test_is_the_same_path_under_another_key(self) -> None:
        link = read(f"HTTPS://Onsite.Example/p/OWN/{OWN}/22/2A/10/L/21/a%2Fb?x=1")
        assert (link.gtin14, link.cpv, link.lot, link.serial, link.stem) == (OWN, "2A", "L", "a/b", "/p")
        assert build(link, "onsite.example") == f"https://onsite.example/p/OWN/{OWN}/22/2A/10/L/21/a%2Fb?x=1"

    def test_the_key_follows_from_the_number(self) -> None:
        assert (key_of(GTIN), key_of(OWN)) == ("01", "OWN")

    @pytest.mark.parametrize("number", ["02000000000015", "02999999999994", "00200000000004", "00400000000002"])
    def test_restricted_circulation_numbers_are_own(self, number: str) -> None:
        body = number[:-1]
        assert is_own(body + check_digit(body))

    @pytest.mark.parametrize("number", ["06901234567892", "09506000134352", "00614141123452", "00000096385074"])
    def test_others_are_not(self, number: str) -> None:
        assert not is_own(number)

    def test_13_digits_as_on_a_bar_code_are_padded(self) -> None:
        link = identify(OWN[1:], serial=SERIAL)
        assert isinstance(link, DigitalLink)
        assert path_of(link) == f"/OWN/{OWN}/21/{SERIAL}"

    @given(st.integers(0, 10**11 - 1))
    def test_a_number_of_ours_has_a_check_digit_and_reads_back(self, item: int) -> None:
        number = own_number(item)
        assert gtin14(number) == number
        assert is_own(number)
        assert int(number[2:-1]) == item
        assert read(f"/OWN/{number}").gtin14 == number

    @pytest.mark.parametrize("item", [-1, 10**11])
    def test_there_are_as_many_as_digits(self, item: int) -> None:
        with pytest.raises(ValueError, match="11 digits"):
            own_number(item)


class TestCanonicalForm:
    def test_one_form_for_many_spellings(self) -> None:
        canonical = f"https://onsite.example/01/{GTIN}/21/A%2FB%2B"
        for text in (f"HTTPS://ONSITE.EXAMPLE/01/{GTIN}/21/A%2fB+", f"https://onsite.example/01/{GTIN}/21/%41%2FB%2b"):
            assert build(read(text), "onsite.example") == canonical

    def test_stem_and_other_parameters_stay(self) -> None:
        text = f"https://onsite.example/p/01/{GTIN}/10/L?linkType=all&a=%E4%BD%A0"
        assert build(read(text), "onsite.example") == text

    def test_label_form_is_capitals_before_the_path_only(self) -> None:
        link = identify(GTIN, serial="aB")
        assert isinstance(link, DigitalLink)
        assert build_for_label(link, "onsite.example") == f"HTTPS://ONSITE.EXAMPLE/01/{GTIN}/21/aB"

    def test_a_shorter_gtin_is_padded(self) -> None:
        link = identify("6901234567892", serial=SERIAL)
        assert isinstance(link, DigitalLink)
        assert path_of(link) == f"/01/06901234567892/21/{SERIAL}"

    @pytest.mark.parametrize(
        ("values", "code"),
        [
            ({"serial": ""}, "qualifier_without_value"),
            ({"serial": "A" * 21}, "value_too_long"),
            ({"serial": "序"}, "bad_character"),
            ({"lot": "A B"}, "bad_character"),
            ({"serial": "A", "third_party": "B"}, "qualifier_not_combined"),
        ],
    )
    def test_what_cannot_be_built(self, values: dict[str, str], code: str) -> None:
        refusal = identify(GTIN, **values)
        assert isinstance(refusal, Refusal)
        assert refusal.code == code

    @given(
        st.from_regex(r"(0[0-9]|02)[0-9]{10}[1-9]", fullmatch=True),
        *(
            st.none()
            | st.text(sorted(CHARACTER_SET_82), min_size=1, max_size=20).filter(lambda v: v not in (".", "..")),
        )
        * 3,
    )
    def test_what_was_built_reads_back(self, body: str, cpv: str | None, lot: str | None, serial: str | None) -> None:
        link = identify(body + check_digit(body), cpv=cpv, lot=lot, serial=serial)
        assert isinstance(link, DigitalLink)
        for text in (build(link, "onsite.example"), build_for_label(link, "onsite.example"), path_of(link)):
            again = read(text)
            assert (again.gtin14, again.cpv, again.lot, again.serial) == (link.gtin14, cpv, lot, serial)
            assert build(again, "onsite.example") == build(link, "onsite.example")

    @given(st.text(max_size=80) | st.text("/0129%?=&#AOWN.", max_size=60).map(lambda tail: f"/01/{GTIN}/{tail}"))
    def test_any_text_gets_a_link_or_a_refusal(self, text: str) -> None:
        link = parse(text)
        if isinstance(link, DigitalLink):
            assert read(build(link, "h")).serial == link.serial
        else:
            assert link.text_zh
            assert link.text_en
