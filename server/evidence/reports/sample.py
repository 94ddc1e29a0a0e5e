"""A made-up report, so that a template can be looked at before there is any work. Pure."""

import hashlib
import io
import math
from datetime import UTC, datetime, timedelta

from PIL import Image, ImageDraw

from server.evidence.reports.content import Fee, Item, Part, Photo, Promise, Report, Seal, Strokes
from server.products.rules.refusal import Text
from server.products.texts import Locale

_ARRIVED = datetime(2026, 3, 12, 6, 5, tzinfo=UTC)
_FINISHED = _ARRIVED + timedelta(minutes=72)
_CODE = "SAMPL-ESAMP-LESAM-PLE00"
_TEXT = Text(
    "服务工单 10023：空调制冷效果差\n"
    "产品：清风 KFR-35GW 壁挂式空调，序列号末四位 G7KM\n"
    "检查结果：室外机启动电容容量衰减，压缩机启动困难。\n"
    "处理：更换启动电容，清洗室内机过滤网，试机 20 分钟，出风温度 9 ℃，运行正常。\n"
    "配件：启动电容 CAP-35 × 1\n应付：高空作业费 80.00 元，其余在保修范围内\n服务规范“三不四一”已由顾客确认。",
    "Service order 10023: air conditioner cools badly\n"
    "Product: Breeze KFR-35GW wall unit, serial ending in G7KM\n"
    "Found: The start capacitor of the outdoor unit has lost capacity, the compressor hardly starts.\n"
    "Done: Start capacitor replaced, filters of the indoor unit cleaned, 20 minutes on test: air leaves at 9 °C.\n"
    "Parts: start capacitor CAP-35 × 1\nTo pay: CNY 80.00 for work at height; the rest is covered by the warranty\n"
    "The technician kept the conduct standard: three nots and four ones.",
)
_POINTS = (
    Text("断电并验电", "Power off, and tested to be off"),
    Text("检查电气连接", "Electrical connections checked"),
    Text("测试制冷运行", "Cooling tested"),
    Text("清理现场", "Place left clean"),
    Text("出示工作证", "Showed an identity card"),
    Text("穿鞋套作业", "Wore shoe covers"),
)


def sample(public_url: str, locale: Locale, firm: Text, hotline: str) -> Report:
    """In words of that language, of the firm that asks."""
    chinese = locale == "zh-CN"
    return Report(
        seal=Seal(_CODE, f"{public_url}/verify/{_CODE}", hashlib.sha256(b"sample").hexdigest(), _FINISHED),
        firm=firm,
        hotline=hotline,
        outlet=Text("滨江特约服务网点", "Riverside service outlet"),
        technician=Text("李建国", "Li Jianguo"),
        job_number=10023,
        job_type=Text("维修", "Repair"),
        customer_name="王女士" if chinese else "Ms Wang",
        customer_address="杭州市滨江区江南大道 100 号 3 幢 1202 室"
        if chinese
        else "1202, 3/F, 100 Jiangnan Ave, Hangzhou",
        product=Text("清风 KFR-35GW 壁挂式空调", "Breeze KFR-35GW wall unit"),
        serial="0MWQ8HV4GN0MG7KM",
        arrived_at=_ARRIVED,
        finished_at=_FINISHED,
        promises=(Promise("arrive", _ARRIVED + timedelta(hours=3), True),),
        work={"diagnosis": _TEXT.zh.split("\n")[2][5:], "result": _TEXT.zh.split("\n")[3][3:]}
        if chinese
        else {"diagnosis": _TEXT.en.split("\n")[2][7:], "result": _TEXT.en.split("\n")[3][6:]},
        readings={"出风温度 ℃" if chinese else "air outlet °C": "9", "运行电流 A" if chinese else "current A": "4.6"},
        parts=(Part("CAP-35", Text("启动电容 35 μF", "Start capacitor 35 μF"), 1),),
        fees=(
            Fee("上门费" if chinese else "Call-out", 0, "CNY"),
            Fee("高空作业费" if chinese else "Work at height", 8000, "CNY"),
        ),
        checklist=tuple(Item(text, done=True) for text in _POINTS),
        conduct=True,
        coverage="整机免费保修至 2028 年 5 月 1 日（依据：家用空调三包规定）。"
        if chinese
        else "The whole unit is repaired free until the end of 1 May 2028 (household air conditioners).",
        text=_TEXT.zh if chinese else _TEXT.en,
        locale=locale,
        signer_name="王女士" if chinese else "Ms Wang",
        signer_role="customer",
        strokes=hand(),
        rating=5,
        photos=tuple(_photo(n) for n in range(4)),
    )


def hand() -> Strokes:
    """Three quick curves, in the units of devices: tenths of a pixel, milliseconds, thousandths of full pressure."""
    strokes = []
    for n, (left, wide, bend) in enumerate(((0, 900, 2.1), (700, 1300, 3.2), (1800, 700, 1.2))):
        points = []
        for step in range(40):
            along = step / 39
            y = 350 + 260 * math.sin(bend * math.tau * along + n) * (1 - 0.5 * along)
            pressure = 250 + 650 * math.sin(math.pi * along) ** 2
            points.append((round(left + wide * along), round(y), 900 * n + 12 * step, round(pressure)))
        strokes.append(points)
    return strokes


def _photo(number: int) -> Photo:
    """A drawing that stands for a photo."""
    image = Image.new("RGB", (800, 600), (196 + 8 * number, 205, 214 - 6 * number))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle(
        (140, 110 + 20 * number, 660, 470), 26, fill=(240, 242, 244), outline=(96, 104, 112), width=5
    )
    draw.ellipse((250 + 60 * number, 200, 430 + 60 * number, 380), outline=(96, 104, 112), width=8)
    draw.text((170, 130 + 20 * number), f"SAMPLE {number + 1}", fill=(70, 76, 84), font_size=34)
    content = io.BytesIO()
    image.save(content, "JPEG", quality=80)
    taken = _ARRIVED + timedelta(minutes=12 * (number + 1))
    return Photo(hashlib.sha256(content.getvalue()).hexdigest(), content.getvalue(), taken)
