"""Who owns which field of a customer when the office edits it. Pure.

What the field may change, and how, is `field_work`; the office has the place on the map and the tier besides.
"""

from collections.abc import Mapping

from offline_sync.ownership import Ownership
from server.customers import field_work

OWNERSHIP: Mapping[str, Ownership] = {
    **field_work.OWNERSHIP,
    "lat": Ownership.OFFICE,
    "lon": Ownership.OFFICE,
    "tier": Ownership.OFFICE,
}
