"""Texts of the page behind a product's number. Pure data."""

from typing import Final

from server.products.rules.refusal import Text

OF_PRODUCT: Final[dict[str, Text]] = {
    "product_title": Text("产品信息", "Product information"),
    "product_number": Text("产品编号", "Product number"),
    "product_no_unit": Text(
        "此码只说明型号，不说明这一台。要查看真伪与保修，请扫描机身铭牌上带序列号的二维码。",
        "This code names the model only, not this one product. To see whether it is genuine and what it is entitled to,"
        " scan the code with a serial number on its plate.",
    ),
    "product_links": Text("相关信息", "More about it"),
}
