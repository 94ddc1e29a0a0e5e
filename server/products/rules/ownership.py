"""Who owns which field of a unit; the theory stands in `offline_sync.ownership`. Pure."""

from collections.abc import Mapping

from offline_sync.ownership import Ownership as O

UNIT: Mapping[str, O] = {
    # whose it is and what was proven of it: the office has the papers
    "centre_id": O.OFFICE,
    "outlet_id": O.OFFICE,
    "customer_id": O.OFFICE,
    "registered_on": O.OFFICE,
    "proof": O.OFFICE,
    "country": O.OFFICE,
    "exchanged_on": O.OFFICE,
    "withdrawn_on": O.OFFICE,
    # what stands on the unit and on the receipt: both read it, the later one stands, the other value is kept
    "lot": O.SHARED,
    "manufactured_on": O.SHARED,
    "sold_on": O.SHARED,
    # only who was there knows
    "installed_on": O.FIELD,
}
