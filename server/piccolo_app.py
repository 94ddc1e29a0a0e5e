"""The one Piccolo app: every feature's tables, one line of migrations."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

APP_CONFIG = AppConfig(
    app_name="onsite",
    migrations_folder_path=str(Path(__file__).parent / "migrations"),
    table_classes=table_finder(
        modules=[
            "server.platform.tables",
            "server.network.tables",
            "server.accounts.tables",
            "server.customers.tables",
            "server.products.tables",
            "server.products.labels.tables",
            "server.products.scans.tables",
            "server.commitments.tables",
            "server.jobs.tables",
            "server.dispatch.tables",
            "server.evidence.tables",
            "server.evidence.uploads.tables",
            "server.evidence.images.tables",
            "server.evidence.sealing.tables",
            "server.evidence.reports.tables",
            "server.notifications.tables",
            "server.portal.tables",
            "server.sync.tables",
        ],
        exclude_imported=True,
    ),
)
