"""Where Piccolo finds the database and the tables. `PICCOLO_CONF` names this module."""

import os

from piccolo.conf.apps import AppRegistry
from piccolo.engine.postgres import PostgresEngine

#: `server.platform.db.use` points it at another database before the pool opens; Piccolo binds one engine per process.
DB = PostgresEngine(
    config={
        "dsn": os.environ.get("DATABASE_URL", "postgresql:///onsite"),
        "server_settings": {"timezone": "UTC", "application_name": "onsite"},
    }
)

APP_REGISTRY = AppRegistry(apps=["server.piccolo_app"])
