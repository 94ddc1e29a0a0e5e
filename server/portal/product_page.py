"""The page behind a product's number alone: the model, and where an administrator's links lead."""

from server.platform import clock
from server.portal.firm import firm
from server.portal.rendering import render
from server.portal.unit_page import picture_of
from server.products import link_store, resolver
from server.products.rules.digital_link import DigitalLink, is_own
from server.products.rules.refusal import Text
from server.products.texts import Locale


async def page_of_number(link: DigitalLink, locale: Locale) -> str | None:
    """None for a number no model has, and for the code of a unit: a page of the model there would make a forged label
    look genuine."""
    if link.serial is not None or link.third_party is not None:
        return None
    model = await link_store.linked_model(link.gtin14, clock.now())
    if model is None:
        return None
    ours = await firm()
    return render(
        "product.html",
        locale,
        brand=ours.brand,
        hotline=ours.hotline,
        model=Text(model.name, model.name_en or model.name),
        line=Text(model.line_name, model.line_name_en or model.line_name),
        picture=picture_of(model.line_code),
        number=link.gtin14,
        gtin=not is_own(link.gtin14),
        links=resolver.shown_links(model, locale),
    )
