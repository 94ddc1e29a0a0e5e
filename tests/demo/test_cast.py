"""The cast of the demonstration: names, places, products, standards."""

import itertools
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from schemas.accounts import Role
from server.accounts import rules as account_rules
from server.commitments.rules.calendar import calendar_from_plain
from server.commitments.rules.said import Refusal as CalendarRefusal
from server.demo import catalogue, names, places, standards
from server.demo.cast import CUSTOMERS, UNITS, Cast, gather, shared_out
from server.network.rules import overlapping
from server.platform.text import forbidden_in
from server.products.policies import shipped
from server.products.rules.digital_link import gtin14

_SOME = UUID(int=1)

NOW = datetime(2026, 11, 23, 3, 40, tzinfo=UTC)


@pytest.fixture(scope="module")
def cast() -> Cast:
    serials = (f"S{n}" for n in itertools.count())
    return gather(7, NOW, lambda: next(serials))


class TestSizes:
    def test_the_firm_is_as_large_as_promised(self, cast: Cast) -> None:
        assert (len(places.CENTRES), len(places.DISTRICTS)) == (3, 8)
        assert (len(cast.technicians), len(cast.customers), len(cast.units)) == (40, CUSTOMERS, UNITS)
        assert len(catalogue.LINES) == 4

    def test_every_role_has_somebody(self, cast: Cast) -> None:
        assert {s.role for s in cast.staff} | {"technician"} == {role.value for role in Role}

    @pytest.mark.parametrize("count", [0, 1, 8, 25, 300])
    def test_sharing_out_loses_nothing(self, count: int) -> None:
        assert sum(shared_out(count)) == count

    def test_the_same_seed_gives_the_same_firm(self, cast: Cast) -> None:
        serials = (f"S{n}" for n in itertools.count())
        assert gather(7, NOW, lambda: next(serials)) == cast


class TestPeople:
    def test_pinyin_follows_the_characters(self) -> None:
        read: dict[str, set[str]] = {}
        rng = Random(3)
        for _ in range(3000):
            person = names.chinese(rng)
            surname, given = person.name_en.split(" ")
            read.setdefault(person.name[0], set()).add(surname)
            read.setdefault(person.name[1:], set()).add(given)
            assert person.login == f"{surname}.{given}".lower()
        assert all(len(readings) == 1 for readings in read.values())

    def test_logins_are_user_names_and_differ(self, cast: Cast) -> None:
        logins = [s.person.login for s in cast.staff] + [t.person.login for t in cast.technicians]
        assert len(set(logins)) == len(logins)
        assert all(re.fullmatch(r"[a-z0-9][a-z0-9._@-]*", login) for login in logins)

    def test_staff_fit_their_places(self, cast: Cast) -> None:
        for staff in cast.staff:
            place = account_rules.place_of(
                None if staff.centre is None else _SOME, None if staff.outlet is None else _SOME
            )
            assert account_rules.misfit(Role(staff.role), place, None) is None

    def test_customers_have_chinese_and_english_names(self, cast: Cast) -> None:
        latin = [c for c in cast.customers if c.name.isascii()]
        assert 20 < len(latin) < 80
        assert all(c.reads_english and "(Room" in c.address for c in latin)

    def test_nobodys_phone_rings(self, cast: Cast) -> None:
        assert all(re.fullmatch(r"154 \d{4} \d{4}", c.phone) for c in cast.customers)

    def test_no_text_holds_a_forbidden_character(self, cast: Cast) -> None:
        assert forbidden_in([[c.name, c.address, c.access_notes] for c in cast.customers]) is None


class TestPlaces:
    def test_everybody_lives_near_a_street_of_their_district(self, cast: Cast) -> None:
        for customer in cast.customers:
            district = places.DISTRICTS[customer.outlet]
            nearest = min(places.metres(customer.at, street.at) for street in district.streets)
            assert nearest <= places.SPREAD_M + 1
            assert customer.address.startswith(district.address)

    def test_streets_are_in_their_district(self) -> None:
        for district in places.DISTRICTS:
            assert all(places.metres(district.at, street.at) < 6_000 for street in district.streets)

    def test_a_street_stands_once_in_a_district(self) -> None:
        for district in places.DISTRICTS:
            assert len({street.name for street in district.streets}) == len(district.streets)


class TestTechnicians:
    def test_shifts_reach_two_weeks_either_way_and_never_overlap(self, cast: Cast) -> None:
        for technician in cast.technicians:
            assert not overlapping(technician.shifts)
            assert technician.shifts[0][0] < NOW - timedelta(days=11)
            assert technician.shifts[-1][0] > NOW + timedelta(days=11)

    def test_every_outlet_can_do_every_kind_of_job_on_every_line(self, cast: Cast) -> None:
        wanted = set(itertools.product({k.skill for k in standards.procedures().job_type}, catalogue.LINES))
        for outlet in range(len(places.DISTRICTS)):
            able = Counter(
                pair
                for t in cast.technicians_of(outlet)
                for pair in wanted
                if set(pair) <= set(cast.technicians[t].skills)
            )
            assert all(able[pair] >= 2 for pair in wanted)


class TestProducts:
    def test_numbers_are_valid_and_from_the_range_for_demonstrations(self) -> None:
        for model in catalogue.MODELS:
            assert gtin14(model.gtin) == model.gtin
            assert model.gtin.startswith("0952")
        assert len({model.gtin for model in catalogue.MODELS}) == len(catalogue.MODELS)

    def test_the_shipped_warranty_knows_every_line_and_its_main_parts(self) -> None:
        terms = [term for policy in shipped() for term in policy.terms]
        known = {(line, part) for term in terms for line in term.product_lines for part in term.parts}
        for line, troubles in catalogue.TROUBLES.items():
            assert any(line in term.product_lines for term in terms)
            named = {t.component for t in troubles if t.component != "whole_unit"}
            assert {(line, component) for component in named} & known

    def test_units_were_made_before_they_were_sold(self, cast: Cast) -> None:
        assert all(u.sold_on is None or u.manufactured_on < u.sold_on for u in cast.units)


class TestStandards:
    def test_the_conduct_standard_has_three_nots_and_four_ones(self) -> None:
        assert len(standards.procedures().conduct) == 7

    def test_every_kind_of_job_ends_with_the_conduct_standard(self) -> None:
        procedures = standards.procedures()
        assert {k.code for k in procedures.job_type} == {"repair", *catalogue.ERRANDS}
        for kind in procedures.job_type:
            items = procedures.checklist(kind)
            assert items[-7:] == procedures.conduct
            assert len({item.key for item in items}) == len(items)
            assert all(item.text and item.text_en for item in items)

    def test_calendars_are_accepted(self) -> None:
        for text in standards.promises().calendar:
            new = text.as_new()
            plain = {
                "always_open": new.always_open,
                "weekly": new.weekly,
                "closed": new.closed,
                "holidays_of": new.holidays_of,
                "extra": new.extra,
            }
            assert not isinstance(calendar_from_plain(places.ZONE, plain), CalendarRefusal)

    def test_every_kind_of_job_is_promised_and_grade_a_sooner(self) -> None:
        promises = standards.promises()
        for kind in standards.procedures().job_type:
            assert any(p.job_type == kind.code and p.region_grade is None for p in promises.policy)
        for job_type in ("repair", "delivery", "installation"):
            assert promises.respond_hours(job_type, "C") == 24
            assert promises.respond_hours(job_type, "A") == 12
