"""People who log in, their sessions, and the devices they work with."""

from piccolo.columns import JSONB, UUID, BigInt, Boolean, Integer, Text, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from server.platform.columns import identity, refers_to


class AppUser(Table):
    """`centre_id` and `outlet_id` are the user's place in the network tree; both NULL at headquarters."""

    id = identity()
    username = Varchar(80, unique=True, default=None, null=False)
    name = Varchar(120, default=None, null=False)
    password_hash = Text(default=None, null=False)
    role = Varchar(20, default=None, null=False)
    centre_id = refers_to("ServiceCentre", null=True)
    outlet_id = refers_to("Outlet", null=True)
    technician_id = refers_to("Technician", null=True)
    locale = Varchar(10, default="zh-CN")
    active = Boolean(default=True)
    created_at = Timestamptz(default=TimestamptzNow())


class LoginFailures(Table):
    """Failed logins per name, whether or not a user has that name, so that lock-out tells nothing about who exists."""

    username = Varchar(80, primary_key=True, default=None, null=False)
    failures = Integer(default=0)
    locked_until = Timestamptz(default=None, null=True)
    last_at = Timestamptz(default=TimestamptzNow())


class RefreshToken(Table):
    """One row per issued refresh token. Using one whose successor was used ends its whole family (a
    stolen copy was at work)."""

    digest = Varchar(64, primary_key=True, default=None, null=False)
    family = UUID(default=None, null=False, index=True)
    user_id = refers_to("AppUser")
    issued_at = Timestamptz(default=TimestamptzNow())
    expires_at = Timestamptz(default=None, null=False)
    used_at = Timestamptz(default=None, null=True)
    revoked_at = Timestamptz(default=None, null=True)


class EnrolmentCode(Table):
    """A code that logs one technician's phone in, once, until `expires_at`; only its digest is kept."""

    id = identity()
    user_id = refers_to("AppUser")
    digest = Varchar(64, unique=True, default=None, null=False)
    made_by = UUID(default=None, null=False)
    made_at = Timestamptz(default=TimestamptzNow())
    expires_at = Timestamptz(default=None, null=False, index=True)
    used_at = Timestamptz(default=None, null=True)
    withdrawn_at = Timestamptz(default=None, null=True)


class Device(Table):
    """An enrolled phone. `public_key`: JWK of its ES256 key. `last_seq`: the last operation judged (guarantee 3).
    `boots`: [boot_id, its beginning in epoch ms] of its last boots (`offline_sync.fieldtime.anchored`).
    `last_upload_until`: a revoked device may still push until then, as `last_upload_by` (a user) has allowed."""

    id = identity()
    user_id = refers_to("AppUser")
    technician_id = refers_to("Technician", null=True)
    centre_id = UUID(default=None, null=True)
    outlet_id = UUID(default=None, null=True)
    name = Varchar(120, default="")
    public_key = JSONB(default="{}")
    last_seq = BigInt(default=0)
    boots = JSONB(default="[]")
    enrolled_at = Timestamptz(default=TimestamptzNow())
    last_seen_at = Timestamptz(default=None, null=True)
    revoked_at = Timestamptz(default=None, null=True)
    last_upload_until = Timestamptz(default=None, null=True)
    last_upload_by = UUID(default=None, null=True)
