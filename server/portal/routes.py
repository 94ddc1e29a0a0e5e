"""HTTP of what customers see, none of it behind a login."""

from litestar import Router

from server.portal import page_routes

router = Router("/", route_handlers=[*page_routes.handlers()])
