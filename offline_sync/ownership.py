"""Who wins: every field of a record type has one owner, and the owner settles its conflicts.

A field is in conflict when it was written after the version the person was looking at, by someone else than the same
device (which has seen its own writes), and the two values differ. Then:

| ownership  | typical fields                              | both changed it                                          |
| ---------- | ------------------------------------------- | -------------------------------------------------------- |
| `OFFICE`   | schedule, priority, assignment, commitment  | the office's value stands; the technician is told        |
| `FIELD`    | diagnosis, readings, result, arrival        | the field's value stands                                 |
| `SHARED`   | contact, access notes                       | the later corrected time stands; `suspect` time → review |
| `APPEND`   | notes, photos                               | union by the entries' `id`; an entry is never rewritten  |
| `ITEMS`    | checklist                                   | per key, each as a `FIELD` field of its own              |
| `COUNTERS` | parts used                                  | deltas, so both count; below zero is a discrepancy       |

Neither side being the owner (two dispatchers on a FIELD field, two technicians on an OFFICE field) is settled as
SHARED. Fields that only one side changed are both kept. Every value that did not win is kept (guarantee 9).
Rows that need to understand a visit (reassigned, cancelled, deleted…) belong to the domain: see `rules.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class Ownership(Enum):
    OFFICE = "office"
    FIELD = "field"
    SHARED = "shared"
    APPEND = "append"
    ITEMS = "items"
    COUNTERS = "counters"


FieldPolicy = Mapping[str, Ownership]
