"""Link types of the GS1 Web Vocabulary that a product of ours may have, and their titles. Pure: a table and its reader.

Source: GS1 Web Vocabulary, release 1.16 (https://ref.gs1.org/voc/), terms with the status "stable" that fit a durable
good. It has no term for a warranty (our page is the product's `pip`), and none for spare parts but
`purchaseSuppliesOrAccessories`; asking for service is `support` (`serviceInfo` is instructions for service).
"""

from __future__ import annotations

from typing import Final

from server.products.rules.refusal import Text

VOCABULARY: Final = "https://ref.gs1.org/voc/"
#: The same vocabulary, as it was and is also written.
_NAMESPACES: Final = tuple(
    f"{scheme}://{host}/voc/" for scheme in ("https", "http") for host in ("ref.gs1.org", "gs1.org", "www.gs1.org")
)
_PREFIX: Final = "gs1:"

DEFAULT: Final = "defaultLink"
PAGE: Final = "pip"
#: What asks for all links instead of one; `all` is what releases before 1.0 called it.
WHOLE_SET: Final = frozenset({"linkset", "all"})

LINK_TYPES: Final[dict[str, Text]] = {
    "pip": Text("产品信息", "Product information"),
    "instructions": Text("使用说明", "Instructions"),
    "quickStartGuide": Text("快速入门", "Quick start guide"),
    "tutorial": Text("教程", "Tutorial"),
    "relatedVideo": Text("视频", "Video"),
    "relatedImage": Text("图片", "Image"),
    "whatsInTheBox": Text("装箱清单", "What is in the box"),
    "faqs": Text("常见问题", "Frequently asked questions"),
    "appDownload": Text("应用下载", "App download"),
    "safetyInfo": Text("安全须知", "Safety information"),
    "recallStatus": Text("召回信息", "Recall status"),
    "certificationInfo": Text("认证信息", "Certification"),
    "consumerHandlingStorageInfo": Text("存放与搬运", "Handling and storage"),
    "sustainabilityInfo": Text("环保与回收", "Sustainability and recycling"),
    "dpp": Text("数字产品护照", "Digital product passport"),
    "traceability": Text("追溯信息", "Traceability"),
    "serviceInfo": Text("维护保养", "Service and maintenance"),
    "support": Text("申请服务", "Ask for service"),
    "scheduleTime": Text("预约", "Make an appointment"),
    "registerProduct": Text("产品注册", "Register the product"),
    "purchaseSuppliesOrAccessories": Text("配件与耗材", "Spare parts, supplies and accessories"),
    "hasRetailers": Text("销售网点", "Retailers"),
    "userAgreement": Text("服务条款", "Terms"),
    "review": Text("评价", "Reviews"),
    "leaveReview": Text("发表评价", "Leave a review"),
    "promotion": Text("优惠活动", "Promotion"),
    "loyaltyProgram": Text("会员计划", "Loyalty programme"),
    "socialMedia": Text("社交媒体", "Social media"),
    "homepage": Text("企业主页", "Home page"),
    "masterData": Text("主数据", "Master data"),
    "verificationService": Text("验真服务", "Verification service"),
}

#: Our own pages of a unit: link type → address, where `{code}` is the path of the unit's code and `{quoted}` the same
#: as the value of a query. A link an administrator makes goes before them, but for the first.
OWN_PAGES: Final[dict[str, str]] = {
    PAGE: "{code}",
    "registerProduct": "/register?code={quoted}",
    "support": "/service?code={quoted}",
    "recallStatus": "{code}#notices",
}


def uri_of(link_type: str) -> str:
    """`pip` → `https://ref.gs1.org/voc/pip`."""
    return VOCABULARY + link_type


def read_link_type(asked: str) -> str | None:
    """What `linkType=` asks for by CURIE or full URI: a name in LINK_TYPES, `defaultLink`, `linkset`; None for one that
    no product of ours can have."""
    if asked in WHOLE_SET:
        return "linkset"
    for namespace in (_PREFIX, *_NAMESPACES):
        if asked.startswith(namespace):
            name = asked[len(namespace) :]
            return name if name in LINK_TYPES or name == DEFAULT else None
    return None
