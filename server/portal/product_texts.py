"""Texts of the page behind a product's number. Pure data."""

from typing import Final

from server.products.rules.refusal import Text

OF_PRODUCT: Final[dict[str, Text]] = {
    "model_number": Text("产品编号", "Product number"),
    "model_no_unit": Text(
        "此码只说明型号，不说明这一台。要查看真伪与保修，请扫描机身铭牌上带序列号的二维码。",
        "This code names the model only, not this one product. To see whether it is genuine and what it is entitled to,"
        " scan the code with a serial number on its plate.",
    ),
    "model_links": Text("说明与支持", "Manuals and support"),
}
