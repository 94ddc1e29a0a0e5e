"""The pages behind a product's number: the model, and where its links lead."""

from server.platform import clock
from server.portal.firm import firm
from server.portal.rendering import render
from server.portal.unit_page import picture_of
from server.products import link_store, resolver
from server.products.resolver_http import LinksToShow
from server.products.rules import linkset
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


async def page_of_links(shown: LinksToShow, locale: Locale) -> str:
    """Where the links of a product lead, for a person whose browser asked for what programs ask for."""
    ours = await firm()
    return render(
        "links.html",
        locale,
        keep={"linkType": shown.asked},
        brand=ours.brand,
        hotline=ours.hotline,
        model=Text(shown.model.zh, shown.model.en or shown.model.zh),
        status=shown.status,
        links=[(link.href, linkset.title_of(link, locale == "zh-CN")) for link in shown.links],
    )
