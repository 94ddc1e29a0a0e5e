"""The catalogue, the single units sold from it, and what decides how they are repaired."""

from piccolo.columns import JSONB, UUID, BigInt, BigSerial, Boolean, Date, Integer, Text, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table

from server.platform.columns import identity, refers_to


class ProductLine(Table):
    """What is in the catalogue is retired (`retired_at`), never deleted; `version` counts its edits."""

    code = Varchar(40, primary_key=True, default=None, null=False)
    name = Varchar(120, default=None, null=False)
    name_en = Varchar(120, default="")
    version = Integer(default=1)
    retired_at = Timestamptz(default=None, null=True)


class ProductModel(Table):
    """`gtin`: GTIN-14."""

    id = identity()
    line_code = refers_to("ProductLine")
    gtin = Varchar(14, unique=True, default=None, null=False)
    name = Varchar(120, default=None, null=False)
    name_en = Varchar(120, default="")
    version = Integer(default=1)
    retired_at = Timestamptz(default=None, null=True)


class ComponentGroup(Table):
    """A component as warranty terms name it, such as `compressor` or `main_parts`."""

    code = Varchar(64, primary_key=True, default=None, null=False)
    name = Varchar(120, default=None, null=False)
    name_en = Varchar(120, default="")
    version = Integer(default=1)
    retired_at = Timestamptz(default=None, null=True)


class BomPart(Table):
    """A main part of a model. Both ends of `serial_…` or neither (empty: every serial); `made_…` by themselves."""

    id = identity()
    model_id = refers_to("ProductModel")
    component = refers_to("ComponentGroup")
    part_number = Varchar(80, default=None, null=False)
    name = Varchar(120, default=None, null=False)
    name_en = Varchar(120, default="")
    quantity = Integer(default=1)
    serial_from = Varchar(20, default="")
    serial_to = Varchar(20, default="")
    made_from = Date(default=None, null=True)
    made_to = Date(default=None, null=True)
    version = Integer(default=1)
    retired_at = Timestamptz(default=None, null=True)


class FaultCode(Table):
    """What a product of a line, or of one model of it, shows when it fails. A model's own goes before its line's."""

    id = identity()
    line_code = refers_to("ProductLine")
    model_id = refers_to("ProductModel", null=True)
    code = Varchar(20, default=None, null=False)
    component = refers_to("ComponentGroup")
    severity = Varchar(12, default="performance")
    text = Varchar(400, default=None, null=False)
    text_en = Varchar(400, default="")
    advice = Varchar(2000, default="")
    advice_en = Varchar(2000, default="")
    version = Integer(default=1)
    retired_at = Timestamptz(default=None, null=True)

    one_meaning_per_code = Unique([line_code, model_id, code], nulls_distinct=False)


class ProductUnit(Table):
    """One serial. A synced record: see `Customer` for versions and times. `lot`: the maker's batch; empty: unknown.

    `proof`: what is known of the proof of purchase, as `rules.entitlement.Proof`; `exchanged_on`: the day on which it
    was handed over in exchange for another, which is `replaces_id`; `withdrawn_on`: refunded or exchanged away, as
    `withdrawal` says; `country`: whose law it was sold
    under (ISO 3166, two letters)."""

    id = identity()
    centre_id = refers_to("ServiceCentre")
    outlet_id = refers_to("Outlet")
    model_id = refers_to("ProductModel")
    customer_id = refers_to("Customer", null=True)
    gtin = Varchar(14, default=None, null=False)
    serial = Varchar(20, default=None, null=False)
    model_name = Varchar(120, default="")
    model_name_en = Varchar(120, default="")
    line_code = Varchar(40, default="")
    lot = Varchar(20, default="")
    manufactured_on = Date(default=None, null=True)
    sold_on = Date(default=None, null=True)
    installed_on = Date(default=None, null=True)
    registered_on = Date(default=None, null=True)
    proof = Varchar(20, default="valid")
    exchanged_on = Date(default=None, null=True)
    withdrawn_on = Date(default=None, null=True)
    replaces_id = UUID(default=None, null=True, index=True)
    withdrawal = Varchar(10, default="")
    country = Varchar(2, default="CN")
    version = BigInt(default=1)
    field_versions = JSONB(default="{}")
    field_times = JSONB(default="{}")
    field_writers = JSONB(default="{}")

    one_unit_per_serial = Unique([gtin, serial])


class WarrantyPolicy(Table):
    """One version of one policy, never edited in place. `document`: the whole of it as `rules.policy.Policy`; the other
    columns repeat what it says of itself. Of two versions with the same first day the higher number corrects the
    other; `published_at` says since when that is known."""

    id = identity()
    code = Varchar(64, default=None, null=False)
    version = Integer(default=None, null=False)
    source = Varchar(10, default=None, null=False)
    effective_from = Date(default=None, null=False)
    effective_to = Date(default=None, null=True)
    published_at = Timestamptz(default=TimestamptzNow())
    published_by = UUID(default=None, null=True)
    document = JSONB(default=None, null=False)

    one_row_per_version = Unique([code, version])


class UnitScan(Table):
    """How often a code was opened on which day, and from how many networks; nothing about who opened it."""

    unit_id = refers_to("ProductUnit")
    day = Date(default=None, null=False)
    scans = BigInt(default=0)
    networks = Integer(default=0)

    one_row_per_day = Unique([unit_id, day])


class UnitRepair(Table):
    """A repair as `rules.entitlement.Repair` counts it: its days extend the term, one that did not cure or that waits
    too long gives a right to an exchange. `delay`: `parts` or `repairer`, while it waits; `finished_on` NULL: with us.

    Never overwritten: what is learnt later is a new row that `corrects` the one before; `never_was`: the correction
    says that there was no such repair. So the repairs known at any past moment can be told
    (`coverage_store.repairs_of`)."""

    id = identity()
    unit_id = refers_to("ProductUnit")
    component = Varchar(64, default=None, null=False)
    started_on = Date(default=None, null=False)
    finished_on = Date(default=None, null=True)
    cured = Boolean(default=True)
    delay = Varchar(10, default=None, null=True)
    fault_code = Varchar(64, default="")
    job_id = UUID(default=None, null=True)
    reported_on = Date(default=None, null=True)
    recorded_at = Timestamptz(default=TimestamptzNow())
    corrects = UUID(default=None, null=True)
    never_was = Boolean(default=False)

    corrected_once = Unique([corrects])


class UnitOwner(Table):
    """Who owned a unit before; its owner now stands in the unit itself. `from_on` NULL: since it was sold, or nobody
    knows since when; `customer_id` NULL: it was nobody's file. `until_on`: the day on which it changed hands."""

    id = identity()
    unit_id = refers_to("ProductUnit")
    customer_id = refers_to("Customer", null=True)
    from_on = Date(default=None, null=True)
    until_on = Date(default=None, null=False)
    recorded_by = UUID(default=None, null=True)
    recorded_at = Timestamptz(default=TimestamptzNow())


class ProductNotice(Table):
    """A recall, a safety note, or a bulletin for technicians. `concerns`: as `rules.notices.Concern`, any of which
    makes it a unit's; `from_on`..`to_on`: the days on which it is told, both included."""

    id = identity()
    kind = Varchar(10, default=None, null=False)
    severity = Varchar(10, default=None, null=False)
    title = Varchar(120, default=None, null=False)
    title_en = Varchar(120, default="")
    text = Text(default=None, null=False)
    text_en = Text(default="")
    link = Varchar(400, default="")
    concerns = JSONB(default="[]")
    from_on = Date(default=None, null=False)
    to_on = Date(default=None, null=True)
    version = Integer(default=1)
    published_by = UUID(default=None, null=True)
    published_at = Timestamptz(default=TimestamptzNow())
    withdrawn_by = UUID(default=None, null=True)
    withdrawn_at = Timestamptz(default=None, null=True)


class NoticeServed(Table):
    """That a unit has had what a notice asks for; whose it is, the unit says."""

    id = identity()
    notice_id = refers_to("ProductNotice")
    unit_id = refers_to("ProductUnit")
    job_id = UUID(default=None, null=True)
    served_on = Date(default=None, null=False)
    note = Varchar(400, default="")
    served_by = UUID(default=None, null=True)
    served_at = Timestamptz(default=TimestamptzNow())

    served_once = Unique([notice_id, unit_id])


class UnitImport(Table):
    """A file of units that is being taken in. `centre_id`, `outlet_id`: the part of the network its sender may write
    to, as it was then (NULL: all). `lines`: how far it has come, of `lines_found`; `lease_until`: until when the worker
    that reads it has it; `attempts`: how many had."""

    id = identity()
    file_name = Varchar(120, default=None, null=False)
    state = Varchar(10, default="awaited")
    dry_run = Boolean(default=False)
    mapping = JSONB(default="{}")
    begun_by = UUID(default=None, null=False)
    begun_at = Timestamptz(default=TimestamptzNow())
    ended_at = Timestamptz(default=None, null=True)
    centre_id = UUID(default=None, null=True)
    outlet_id = UUID(default=None, null=True)
    size = BigInt(default=0)
    digest = Varchar(64, default="")
    lines = BigInt(default=0)
    lines_found = BigInt(default=None, null=True)
    imported = BigInt(default=0)
    known = BigInt(default=0)
    refused = JSONB(default="{}")
    failure = Varchar(40, default=None, null=True)
    failure_text = Varchar(400, default="")
    lease_until = Timestamptz(default=None, null=True)
    attempts = Integer(default=0)


class UnitImportRefusal(Table):
    """A line that was not taken; of one import as many as a person could read."""

    id = BigSerial(primary_key=True)
    import_id = refers_to("UnitImport")
    line = BigInt(default=None, null=False)
    code = Varchar(40, default=None, null=False)
    reason = Varchar(400, default="")
    gtin = Varchar(40, default="")
    serial = Varchar(40, default="")

    told_once = Unique([import_id, line])


class UnitRemedy(Table):
    """A unit that was taken back: refunded, or exchanged for `successor_id`. `source`, `rule`, `paid_by`: the remedy of
    the verdict that gave the right; empty where a manager decided without one, for the `reason`."""

    id = identity()
    centre_id = UUID(default=None, null=False)
    outlet_id = UUID(default=None, null=False)
    unit_id = refers_to("ProductUnit")
    kind = Varchar(10, default=None, null=False)
    successor_id = refers_to("ProductUnit", null=True)
    given_on = Date(default=None, null=False)
    source = Varchar(10, default="")
    rule = Varchar(64, default="")
    paid_by = Varchar(12, default="")
    reason = Varchar(400, default="")
    job_id = UUID(default=None, null=True)
    decided_by = UUID(default=None, null=True)
    decided_at = Timestamptz(default=TimestamptzNow())

    withdrawn_once = Unique([unit_id])


class UnitCard(Table):
    """What a phone carries of a unit beside its facts, as `rules.card` makes it. A synced record under the unit's id,
    held by whoever holds the unit. Computed, never entered: so its versions have no history."""

    id = identity()
    centre_id = UUID(default=None, null=False)
    outlet_id = UUID(default=None, null=False)
    as_of = Date(default=None, null=False)
    verdict = JSONB(default="{}")
    events = JSONB(default="[]")
    notices = JSONB(default="[]")
    parts = JSONB(default="[]")
    version = BigInt(default=1)
    field_versions = JSONB(default="{}")
    field_times = JSONB(default="{}")
    field_writers = JSONB(default="{}")


class UnitDue(Table):
    """When a unit's card is to be looked at. Only ever added to, but by the watch that looks: nobody waits for it."""

    id = BigSerial(primary_key=True)
    unit_id = UUID(default=None, null=False)
    due_at = Timestamptz(default=TimestamptzNow(), index=True)


class ProductLink(Table):
    """A link behind a product's code: of a line, of one model, or (neither) of every product. `link_type`: a term of
    the GS1 Web Vocabulary; `language`, `media_type`: of what it leads to; `is_default`: where a plain request for the
    number goes. Removed, never deleted."""

    id = identity()
    line_code = refers_to("ProductLine", null=True)
    model_id = refers_to("ProductModel", null=True)
    link_type = Varchar(40, default=None, null=False)
    url = Varchar(1000, default=None, null=False)
    title = Varchar(120, default=None, null=False)
    title_en = Varchar(120, default="")
    language = Varchar(5, default=None, null=True)
    media_type = Varchar(130, default=None, null=True)
    is_default = Boolean(default=False)
    position = Integer(default=0)
    starts_at = Timestamptz(default=None, null=True)
    ends_at = Timestamptz(default=None, null=True)
    version = Integer(default=1)
    removed_at = Timestamptz(default=None, null=True)


class ProductLinkVersion(Table):
    """What a link said at each version, and who changed it: it decides where customers are sent."""

    id = identity()
    link_id = refers_to("ProductLink")
    version = Integer(default=None, null=False)
    changed_by = UUID(default=None, null=True)
    changed_at = Timestamptz(default=TimestamptzNow())
    document = JSONB(default=None, null=False)

    one_row_per_link_version = Unique([link_id, version])
