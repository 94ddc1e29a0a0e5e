"""The ledger, and the seals that stand in it.

The chain is one per installation, so it has one writer at a time and `ledger` cannot be distributed by `centre_id`.
Past one machine (Citus): `ledger` stays a local table of the coordinator, or a reference table; `seal` is found by its
code alone, so it is one too, or gets a lookup table code → centre. Both are small: two kilobytes for each visit. A
chain per centre would be another design: one head for each centre, and codes that name their centre.
"""

from piccolo.columns import UUID, BigInt, Text, Timestamptz, Varchar
from piccolo.table import Table


class Ledger(Table):
    """Without gaps, and only appended to: triggers refuse anything else (m0023). `entry`: its canonical JSON, byte for
    byte; `hash`, `previous`, `chain`: SHA-256, hexadecimal (`entries`); `signature`: detached JWS over the entry, by
    the key `kid`. `subject`: the completion it is about; `centre_id`: whose."""

    seq = BigInt(primary_key=True, default=None, null=False)
    kind = Varchar(20, default=None, null=False)
    subject = UUID(default=None, null=True, index=True)
    centre_id = UUID(default=None, null=True)
    at = Timestamptz(default=None, null=False)
    entry = Text(default=None, null=False)
    hash = Varchar(64, default=None, null=False)
    previous = Varchar(64, default=None, null=False)
    chain = Varchar(64, default=None, null=False)
    signature = Text(default=None, null=False)
    kid = Varchar(64, default=None, null=False)


class Seal(Table):
    """Of one completion. `device_key`: the public key its signature was made by, as JSON, since devices come and go.
    `fault`: it was not sealed, as it is not what came in any more; then it has no place in the ledger."""

    completion_id = UUID(primary_key=True, default=None, null=False)
    centre_id = UUID(default=None, null=False)
    outlet_id = UUID(default=None, null=False)
    code = Varchar(30, unique=True, default=None, null=False)
    seq = BigInt(unique=True, default=None, null=True)
    sealed_at = Timestamptz(default=None, null=True)
    device_key = Text(default="{}")
    fault = Varchar(60, default=None, null=True)
