"""What customers ask for and say: requests for service, the links by which they follow a job, their judgement; the
proofs of who asks, and what was registered."""

from piccolo.columns import JSONB, UUID, BigInt, Boolean, Bytea, Date, Integer, Text, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table

from server.platform.columns import identity, refers_to


class ServiceDraft(Table):
    """A request that was written and not yet sent. `token_hash`: SHA-256 of the token in the page that sends it, so
    that it becomes one job however often it is sent; `asked`: what was written, emptied when it is sent. `outcome`:
    `sent` or `joined`, once it is."""

    id = identity()
    token_hash = Varchar(64, unique=True, default=None, null=False)
    unit_id = refers_to("ProductUnit")
    asked = JSONB(default="{}")
    made_at = Timestamptz(default=TimestamptzNow())
    expires_at = Timestamptz(default=None, null=False, index=True)
    job_id = UUID(default=None, null=True)
    outcome = Varchar(10, default="")


class DraftPhoto(Table):
    """A photo of a draft, kept here until the draft is sent or forgotten. `drawn_anew`: as of a request."""

    draft_id = UUID(default=None, null=False)
    position = Integer(default=0)
    digest = Varchar(64, default=None, null=False)
    media_type = Varchar(20, default="")
    width = Integer(default=0)
    height = Integer(default=0)
    content = Bytea(default=None, null=False)
    drawn_anew = Boolean(default=False)

    one_copy_per_draft = Unique([draft_id, digest])


class ServiceRequest(Table):
    """What a customer asked for, as it was sent; its job is the only one. `preferred_part`: of `preferred_day`.
    `place_known` false: the job stands at its outlet until somebody asks where the product is. `coverage`, `promised`:
    what the customer was shown before sending. `consent`: the version of the text agreed to."""

    id = identity()
    job_id = refers_to("Job")
    centre_id = UUID(default=None, null=False)
    outlet_id = UUID(default=None, null=False)
    unit_id = refers_to("ProductUnit")
    symptom = Varchar(64, default="")
    words = Text(default="")
    preferred_day = Date(default=None, null=True)
    preferred_part = Varchar(10, default="any")
    place_known = Boolean(default=False)
    coverage = JSONB(default="{}")
    promised = JSONB(default="{}")
    consent = Varchar(20, default="")
    locale = Varchar(10, default="")
    asked_at = Timestamptz(default=TimestamptzNow())

    one_request_per_job = Unique([job_id])


class RequestPhoto(Table):
    """A photo that a customer sent for a job. Its bytes lie in the store of photos and are shown to the desk alone.
    `drawn_anew`: from its pixels, before it was kept; earlier releases kept what came, until it is drawn anew."""

    job_id = UUID(default=None, null=False)
    digest = Varchar(64, default=None, null=False)
    size = BigInt(default=0)
    media_type = Varchar(20, default="")
    width = Integer(default=0)
    height = Integer(default=0)
    sent_at = Timestamptz(default=TimestamptzNow())
    drawn_anew = Boolean(default=False)

    one_photo_per_request = Unique([job_id, digest])


class FollowLink(Table):
    """Whoever has the code may follow the job. Only its SHA-256 is kept. `made_by` NULL: made when the customer asked
    for service."""

    id = identity()
    job_id = refers_to("Job")
    code_hash = Varchar(64, unique=True, default=None, null=False)
    made_at = Timestamptz(default=TimestamptzNow())
    made_by = UUID(default=None, null=True)
    expires_at = Timestamptz(default=None, null=False)


class CustomerAsk(Table):
    """What a customer asks of the desk about a job. `kind`: `again` (asked for service once more), `other_time`,
    `cancel`, `not_solved`. Open until somebody at the desk settles it, saying what was done."""

    id = identity()
    job_id = refers_to("Job")
    centre_id = UUID(default=None, null=False)
    outlet_id = UUID(default=None, null=False)
    kind = Varchar(20, default=None, null=False)
    words = Text(default="")
    preferred_day = Date(default=None, null=True)
    preferred_part = Varchar(10, default="any")
    asked_at = Timestamptz(default=TimestamptzNow())
    settled_at = Timestamptz(default=None, null=True)
    settled_by = UUID(default=None, null=True)
    note = Varchar(400, default="")


class Judgement(Table):
    """What a customer says of work that was done. Rows are only added: the last `revision` of a completion holds, those
    before it are what was said first. `conduct`: checklist key → yes, no or unsure; `rating`: 1 to 5."""

    id = identity()
    job_id = refers_to("Job")
    centre_id = UUID(default=None, null=False)
    outlet_id = UUID(default=None, null=False)
    technician_id = UUID(default=None, null=True)
    completion_id = UUID(default=None, null=False)
    revision = Integer(default=1)
    solved = Boolean(default=True)
    rating = Integer(default=None, null=True)
    conduct = JSONB(default="{}")
    words = Text(default="")
    locale = Varchar(10, default="")
    judged_at = Timestamptz(default=TimestamptzNow())

    one_judgement_per_revision = Unique([completion_id, revision])


class OneTimeCode(Table):
    """A code that was asked for. There is a row whether the phone belongs to the product or not, and it says neither
    which phone nor from where: `subject` and `address` are keyed hashes, to count by. `code_hash` NULL: nobody was sent
    one, so nothing opens it."""

    id = identity()
    subject = Varchar(64, default=None, null=False)
    address = Varchar(64, default=None, null=False)
    unit_id = UUID(default=None, null=True)
    customer_id = UUID(default=None, null=True)
    code_hash = Varchar(64, default=None, null=True)
    tries = Integer(default=0)
    made_at = Timestamptz(default=TimestamptzNow())
    expires_at = Timestamptz(default=None, null=False)
    used_at = Timestamptz(default=None, null=True)


class VisitorSession(Table):
    """Somebody who has shown that they hold the registered phone, for one unit and a short time. In the database, so
    that it ends when the unit changes hands; kept by the hash of its token."""

    id = identity()
    token_hash = Varchar(64, unique=True, default=None, null=False)
    unit_id = refers_to("ProductUnit")
    customer_id = refers_to("Customer")
    made_at = Timestamptz(default=TimestamptzNow())
    expires_at = Timestamptz(default=None, null=False, index=True)


class Registration(Table):
    """Somebody said that a unit is theirs. `id`: made by the form, so that sending it twice is once. `customer_id`: the
    file it was put to, NULL until then. `contested`: the unit was on somebody else's name, so nothing was changed until
    the desk decides. `consent`: version of the text agreed to. `proof_media_type` empty: without a proof. Name and
    phone are erased some time after it was settled."""

    id = identity()
    centre_id = UUID(default=None, null=False)
    outlet_id = UUID(default=None, null=False)
    unit_id = refers_to("ProductUnit")
    customer_id = refers_to("Customer", null=True)
    name = Varchar(120, default="")
    phone = Varchar(40, default="")
    purchased_on = Date(default=None, null=True)
    consent = Varchar(20, default=None, null=False)
    locale = Varchar(8, default=None, null=False)
    proof_media_type = Varchar(40, default="")
    contested = Boolean(default=False)
    state = Varchar(10, default="open")
    made_at = Timestamptz(default=TimestamptzNow())
    settled_at = Timestamptz(default=None, null=True)
    settled_by = UUID(default=None, null=True)
    note = Varchar(400, default="")


class RegistrationProof(Table):
    """The proof of purchase, here and not among the photos, whose store forgets nothing: it is erased with the rest."""

    id = identity()
    media_type = Varchar(40, default=None, null=False)
    content = Bytea(default=None, null=False)
