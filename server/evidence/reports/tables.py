"""Service reports that were made, and the templates they were made by."""

from piccolo.columns import JSONB, UUID, BigInt, Boolean, Bytea, Integer, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table

from server.platform.columns import identity, refers_to


class ReportTemplate(Table):
    """One version of a template, never edited: a report names the one it was made by. `template_id`: the same for all
    versions. `job_type` empty: of all jobs that have none of their own. `terms`: as `schemas.reports.ReportTerms`.
    `current`: the newest one, unless it is `removed`: from then on the template is none."""

    id = identity()
    template_id = UUID(default=None, null=False)
    job_type = Varchar(40, default="")
    version = Integer(default=None, null=False)
    terms = JSONB(default=None, null=False)
    current = Boolean(default=True)
    removed = Boolean(default=False)
    made_by = UUID(default=None, null=True)
    made_at = Timestamptz(default=TimestamptzNow())

    one_row_per_template_version = Unique([template_id, version])


class ReportLogo(Table):
    """A logo, drawn anew from its pixels; PNG of at most 512 kB, so it is kept here and every backup has it."""

    digest = Varchar(64, primary_key=True, default=None, null=False)
    content = Bytea(default=None, null=False)
    width = Integer(default=None, null=False)
    height = Integer(default=None, null=False)
    made_by = UUID(default=None, null=True)
    made_at = Timestamptz(default=TimestamptzNow())


class ServiceReport(Table):
    """A report of one completion in one language, made or to be made. `edition`: 1 shows what was signed; each later
    one also what was added since, up to the ledger's entry `upto`. `facts`: what was known beside what was signed, and
    the template, when the first edition was made: every further edition and language is made from the same. `digest`,
    `size`: of the file, a blob; NULL: not made yet. `seq`: the file's own place in the ledger. `lease_until`: until
    when a worker has it, or when to look again; `attempts`: workers that began since; `failure`: it cannot be made."""

    id = identity()
    completion_id = refers_to("Completion")
    centre_id = UUID(default=None, null=False)
    outlet_id = UUID(default=None, null=False)
    edition = Integer(default=1)
    locale = Varchar(5, default=None, null=False)
    upto = BigInt(default=None, null=False, index=True)
    template_id = UUID(default=None, null=True)
    template_version = Integer(default=0)
    facts = JSONB(default=None, null=True)
    digest = Varchar(64, default=None, null=True, index=True)
    size = BigInt(default=None, null=True)
    seq = BigInt(default=None, null=True)
    made_at = Timestamptz(default=None, null=True)
    asked_at = Timestamptz(default=TimestamptzNow())
    lease_until = Timestamptz(default=None, null=True)
    attempts = Integer(default=0)
    failure = Varchar(40, default=None, null=True)

    one_report_per_language = Unique([completion_id, edition, locale])
