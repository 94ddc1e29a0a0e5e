"""The only place where the parts meet."""

import asyncio
import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.plugins.prometheus import PrometheusController

from server.customers import store as customers
from server.dispatch.planning.running import Planner
from server.dispatch.reacting.running import Reactor
from server.dispatch.solving import workers as solving
from server.dispatch.travel import opening as travel
from server.evidence.images.running import Images
from server.evidence.reports.gathering import Jobs
from server.evidence.reports.running import Reporter
from server.evidence.sealing.actions import Photos
from server.evidence.sealing.keys import Keys
from server.evidence.sealing.running import Sealer
from server.evidence.uploads.actions import Uploads
from server.evidence.uploads.drafts import Drafts
from server.evidence.waking import Waking
from server.jobs import store as jobs
from server.notifications.channels import Channels
from server.platform import compression, db, health, maps, pages
from server.platform.auth import provide_caller
from server.platform.errors import HANDLERS
from server.platform.headers import SecurityHeaders
from server.platform.logging import RequestLog
from server.platform.media import TOO_DEEP, judge_body
from server.platform.pokes import Pokes
from server.platform.request_metrics import RequestMetrics
from server.platform.secrets import Secrets
from server.platform.storage import Blobs, place_of
from server.portal.counting import Counting
from server.portal.looking_up import LookingUp
from server.portal.standing import Standing
from server.products import actions as products
from server.products import catalogue
from server.products import store as product_catalogue
from server.products.importing.watching import Intake
from server.products.labels.running import Labeller
from server.products.scans import regions
from server.settings import Settings
from server.sync.gathering import Gathering
from server.sync.keeping import keep
from server.watches import in_turn, watches

#: Every feature exports `router` from its `routes`.
FEATURES = (
    *("accounts", "network", "customers", "commitments", "products", "jobs", "dispatch", "evidence", "sync"),
    *("notifications", "portal", "transfers", "evidence.uploads", "evidence.reports"),
)

#: What a policy of promises may ask of a job, and whether there is such a thing: told here, as promises know no jobs.
DESCRIBABLE = {
    "job_type": jobs.job_type_known,
    "product_category": product_catalogue.line_known,
    "customer_tier": customers.tier_known,
}


def create_app(settings: Settings, secrets: Secrets | None = None) -> Litestar:
    """The whole server. `secrets` left out: those of the data directory, made when there are none."""
    kept = secrets or Secrets.load_or_make(settings.data_dir)
    app = Litestar(
        route_handlers=[
            health.router,
            maps.router,
            Metrics,
            *(_mounted(feature, settings) for feature in FEATURES),
            *pages.routers(),
        ],
        dependencies={"caller": Provide(provide_caller)},
        before_request=judge_body,
        middleware=[RequestMetrics()],
        exception_handlers={**HANDLERS, **TOO_DEEP},
        compression_config=compression.of_answers(
            exclude=["^/sync/stream$", "^/uploads", "^/evidence/photos/", "^/label-batches/[^/]+/file$"]
        ),
        request_max_body_size=settings.json_limit,
        openapi_config=OpenAPIConfig(
            title="Onsite",
            version="1",
            description="Field-service sync server. Errors are RFC 9457 problems with a stable `code`.",
            render_plugins=[pages.ApiPage(), JsonRenderPlugin()],
            use_handler_docstrings=True,
            create_examples=False,
        ),
        lifespan=[_lifespan],
        debug=False,
    )
    app.state.settings = settings
    app.state.secrets = kept
    app.state.describable = DESCRIBABLE
    app.state.live_jobs = jobs.live_jobs_of  # told here, as customers know no jobs
    app.state.customer_of_job = jobs.customer_of  # and evidence neither
    app.state.channels = Channels.load(settings.data_dir)
    app.state.blobs = Blobs(place_of(settings))
    app.state.signing_keys = Keys(kept, settings.data_dir if secrets is None else None, settings.signing_key)
    drafts = Drafts(settings.data_dir / "uploads")
    app.state.photo_watchers = []
    app.state.photos_wake = Waking(app.state.photo_watchers)
    app.state.uploads = Uploads(
        drafts,
        app.state.blobs,
        settings.upload_lifetime,
        settings.photo_limit,
        arrived=app.state.photos_wake.photo_arrived,
    )
    # Around everything: Litestar's own middleware never sees a path without a route.
    headers = SecurityHeaders(https=settings.public_url.startswith("https://"))
    app.asgi_handler = RequestLog()(headers(app.asgi_handler))
    return app


def _mounted(feature: str, settings: Settings) -> Router:
    """The feature's routes; those that take more than JSON of ordinary size get the limit the settings say."""
    router: Router = importlib.import_module(f"server.{feature}.routes").router
    limits = {"sync": settings.push_limit, "evidence": settings.photo_limit}
    if feature not in limits:
        return router
    return Router("/", route_handlers=[router], request_max_body_size=limits[feature])


class Metrics(PrometheusController):
    """Prometheus text format. Counts of requests by route and status only, nothing about people."""

    include_in_schema = False


@asynccontextmanager
async def _lifespan(app: Litestar) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    if settings.database_url:
        db.use(settings.database_url)
    travels = travel.opened(settings)
    whereabouts = regions.opened(settings)
    await db.open_pool()
    await catalogue.ensure_default_components()
    await products.ensure_default_policies()
    app.state.small_pushes = Gathering(keep)
    app.state.planner = Planner()
    app.state.reactor = Reactor()
    app.state.intake = Intake(settings.data_dir / "imports")
    app.state.labeller = Labeller(app.state.blobs)
    app.state.images = Images(app.state.blobs)
    known = Jobs(jobs.rows, jobs.job_types)
    app.state.reporter = Reporter(app.state.blobs, app.state.signing_keys, known, settings.public_url)
    app.state.images.judged.append(app.state.reporter.judged)
    app.state.sealer = Sealer(app.state.signing_keys, app.state.reporter.wake)
    app.state.photo_watchers[:] = [app.state.images.wake, app.state.sealer.wake]
    app.state.photos = Photos(app.state.blobs)
    app.state.pokes = Pokes()
    app.state.standing = Standing()
    app.state.looking_up = LookingUp()
    app.state.counting = Counting(whereabouts)
    await app.state.pokes.start()
    stopping = asyncio.Event()
    watching = asyncio.create_task(in_turn(stopping, watches(app, settings, stopping)))
    try:
        yield
    finally:
        stopping.set()
        await watching
        await solving.close()
        await travel.close(travels)
        if whereabouts is not None:
            whereabouts.close()
        await app.state.pokes.stop()
        await db.close_pool()
