"""HTTP of what customers see, none of it behind a login."""

from litestar import Router

from server.portal import desk_routes, owner_routes, page_routes, registration_routes, service_routes, verify_routes

router = Router(
    "/",
    route_handlers=[
        *page_routes.handlers(),
        owner_routes.router,
        registration_routes.router,
        *service_routes.HANDLERS,
        *verify_routes.HANDLERS,
        desk_routes.router,
    ],
)
