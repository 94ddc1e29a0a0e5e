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
    "links_all": Text("关于该产品，您可以查看：", "About this product you may see:"),
    "links_choose": Text("有多项内容符合您的要求，请选择：", "Several things answer your request. Please choose:"),
    "links_absent": Text("该产品没有您要的内容。您可以查看：", "There is no such thing for this product. You may see:"),
    "model_links": Text("说明与支持", "Manuals and support"),
}
