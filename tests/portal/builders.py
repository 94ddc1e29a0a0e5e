"""Pages in as few words as a test needs."""

from server.portal.unit_page import UnitPageView, coverage_parts, promise_row
from server.products.rules.entitlement import Verdict
from server.products.rules.refusal import Text


def page_view(answer: Verdict, **fields: object) -> UnitPageView:
    """The page of an air conditioner with that verdict."""
    plain: dict[str, object] = {
        "brand": Text("安适电器", "Onsite Appliances"),
        "product_line": Text("家用空调", "Air conditioner"),
        "model": Text("清风 1.5 匹变频挂机", "Breeze 1.5 HP split"),
        "gtin14": "06901234567892",
        "masked_serial": "••••C8D2",
        "hotline": "400-800-1234",
        "promises": (promise_row("hotline"), promise_row("on_site", hours="24")),
    }
    return UnitPageView(**(plain | coverage_parts(answer) | fields))  # type: ignore[arg-type]
