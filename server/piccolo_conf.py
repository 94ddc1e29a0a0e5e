"""Where Piccolo finds the database and the tables. `PICCOLO_CONF` names this module."""

import os

from piccolo.conf.apps import AppRegistry
from piccolo.engine.postgres import PostgresEngine


class _Engine(PostgresEngine):
    async def check_version(self) -> None:
        """Not asked at import, when no database may run yet; `server.platform.migrate` asks."""


#: `server.platform.db.use` points it at another database before the pool opens; Piccolo binds one engine per process.
DB = _Engine(
    config={
        "dsn": os.environ.get("DATABASE_URL", "postgresql:///onsite"),
        "server_settings": {"timezone": "UTC", "application_name": "onsite"},
    }
)

APP_REGISTRY = AppRegistry(apps=["server.piccolo_app"])
