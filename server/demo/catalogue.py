"""What the demonstration firm makes, and what breaks in it. Pure data; the lines are those of the shipped warranty
policies, so that their terms on main parts apply."""

from __future__ import annotations

from typing import NamedTuple

from server.products.rules.digital_link import check_digit

#: GS1 keeps the prefix 952 for demonstrations and examples: no product on earth carries such a number.
_GS1_PREFIX = "952"
_COMPANY = "1240"

BRAND = "禾光"


class Model(NamedTuple):
    line: str
    gtin: str
    name: str
    name_en: str


class Trouble(NamedTuple):
    """A fault as a caller tells it, and what the technician finds. `component`: as warranty terms name it."""

    said: str
    said_en: str
    component: str
    found: str
    found_en: str
    done: str
    done_en: str
    part: str | None
    readings: tuple[tuple[str, float], ...] = ()


def gtin(item: int) -> str:
    """GTIN-14 of our item number `item` (0 to 99999), check digit included."""
    body = f"0{_GS1_PREFIX}{_COMPANY}{item:05d}"
    return body + check_digit(body)


#: Product line → (name, name in English).
LINES = {
    "air_conditioner": ("空调", "Air conditioner"),
    "refrigerator": ("冰箱", "Refrigerator"),
    "washing_machine": ("洗衣机", "Washing machine"),
    "television": ("电视", "Television"),
}

MODELS = tuple(
    Model(line, gtin(number), f"{BRAND} {name}", f"Heguang {name_en}")
    for number, line, name, name_en in (
        (101, "air_conditioner", "沐风 26GW 壁挂式空调", "Mufeng 26GW wall-mounted air conditioner"),
        (102, "air_conditioner", "沐风 35GW 壁挂式空调", "Mufeng 35GW wall-mounted air conditioner"),
        (103, "air_conditioner", "沐风 72LW 柜式空调", "Mufeng 72LW floor-standing air conditioner"),
        (201, "refrigerator", "霜叶 BCD-218 三门冰箱", "Shuangye BCD-218 three-door refrigerator"),
        (202, "refrigerator", "霜叶 BCD-325 多门冰箱", "Shuangye BCD-325 multi-door refrigerator"),
        (203, "refrigerator", "霜叶 BCD-520 对开门冰箱", "Shuangye BCD-520 side-by-side refrigerator"),
        (301, "washing_machine", "清澜 XQB80 波轮洗衣机", "Qinglan XQB80 top-loading washing machine"),
        (302, "washing_machine", "清澜 XQG100 滚筒洗衣机", "Qinglan XQG100 front-loading washing machine"),
        (303, "washing_machine", "清澜 XQG90 洗烘一体机", "Qinglan XQG90 washer-dryer"),
        (401, "television", "望岳 43F 电视", "Wangyue 43F television"),
        (402, "television", "望岳 55U 4K 电视", "Wangyue 55U 4K television"),
        (403, "television", "望岳 75U 4K 电视", "Wangyue 75U 4K television"),
    )
)

TROUBLES: dict[str, tuple[Trouble, ...]] = {
    "air_conditioner": (
        Trouble(
            *("空调不制热，吹冷风", "Air conditioner does not heat, blows cold air"),
            *("four_way_valve", "四通阀卡滞，不能换向", "Four-way valve stuck"),
            *("更换四通阀，抽真空后补充制冷剂，试机正常", "Four-way valve replaced, refrigerant refilled, runs well"),
            *("AC-4WV-35", (("outlet_temperature_c", 43.5), ("pressure_mpa", 2.31))),
        ),
        Trouble(
            *("空调制热效果差", "Air conditioner heats poorly"),
            *("whole_unit", "制冷剂不足，喇叭口有渗漏", "Refrigerant low, flare joint seeping"),
            *("重做喇叭口，检漏后补充制冷剂", "Flare joint remade, leak-tested, refrigerant topped up"),
            *(None, (("outlet_temperature_c", 41.2), ("pressure_mpa", 2.18))),
        ),
        Trouble(
            *("室外机噪音大", "Outdoor unit is noisy"),
            *("fan_motor", "室外风机轴承磨损", "Bearing of the outdoor fan motor worn"),
            *("更换室外风机电机", "Outdoor fan motor replaced"),
            *("AC-FM-62", (("noise_db", 49.0),)),
        ),
        Trouble(
            *("室内机漏水", "Indoor unit drips water"),
            *("whole_unit", "排水管堵塞，坡度不足", "Drain pipe blocked and laid too flat"),
            *("疏通排水管并调整坡度", "Drain pipe cleared and laid with a fall"),
            *(None, ()),
        ),
        Trouble(
            *("空调显示 E6，不启动", "Air conditioner shows E6 and does not start"),
            *("control_board", "室外控制板通讯故障", "Outdoor control board does not communicate"),
            *("更换室外控制板", "Outdoor control board replaced"),
            *("AC-PCB-07", (("voltage_v", 223.0),)),
        ),
    ),
    "refrigerator": (
        Trouble(
            *("冰箱冷藏室不冷", "Fridge compartment is not cold"),
            *("thermostat", "感温头失灵", "Temperature sensor failed"),
            *("更换温控器，复测温度正常", "Thermostat replaced, temperature back to normal"),
            *("RF-TH-11", (("fridge_temperature_c", 4.1), ("freezer_temperature_c", -18.4))),
        ),
        Trouble(
            *("冰箱一直响，停不下来", "Refrigerator runs without stopping"),
            *("start_relay", "启动继电器粘连", "Start relay welded"),
            *("更换启动继电器", "Start relay replaced"),
            *("RF-SR-03", (("current_a", 0.9),)),
        ),
        Trouble(
            *("冷冻室结霜严重", "Heavy frost in the freezer"),
            *("evaporator", "化霜加热器断路", "Defrost heater open circuit"),
            *("更换化霜加热器，除霜", "Defrost heater replaced, frost removed"),
            *("RF-DH-20", (("freezer_temperature_c", -17.8),)),
        ),
        Trouble(
            *("冰箱门关不严", "Refrigerator door does not close tightly"),
            *("whole_unit", "门封条变形", "Door seal out of shape"),
            *("更换门封条并调整铰链", "Door seal replaced, hinge adjusted"),
            *("RF-DS-52", ()),
        ),
    ),
    "washing_machine": (
        Trouble(
            *("洗衣机不排水", "Washing machine does not drain"),
            *("drain_pump", "排水泵被异物卡死", "Drain pump jammed by a foreign object"),
            *("取出异物，更换排水泵", "Object removed, drain pump replaced"),
            *("WM-DP-08", (("drain_time_s", 48.0),)),
        ),
        Trouble(
            *("脱水时剧烈晃动", "Shakes violently when spinning"),
            *("whole_unit", "运输螺栓未拆，底脚不平", "Transport bolts still in, feet uneven"),
            *("拆除运输螺栓，调平底脚", "Transport bolts removed, machine levelled"),
            *(None, (("spin_rpm", 1200.0),)),
        ),
        Trouble(
            *("洗衣机通电无反应", "Washing machine is dead when switched on"),
            *("control_board", "控制板电源部分烧毁", "Power section of the control board burnt"),
            *("更换控制板", "Control board replaced"),
            *("WM-PCB-15", (("voltage_v", 221.0),)),
        ),
        Trouble(
            *("洗衣机不转，有焦味", "Drum does not turn, smells burnt"),
            *("motor", "电机绕组短路", "Motor winding shorted"),
            *("更换电机", "Motor replaced"),
            *("WM-MT-30", (("current_a", 1.8),)),
        ),
    ),
    "television": (
        Trouble(
            *("电视有声音没图像", "Television has sound but no picture"),
            *("panel", "背光灯条损坏", "Backlight strip failed"),
            *("更换背光灯条", "Backlight strip replaced"),
            *("TV-BL-55", ()),
        ),
        Trouble(
            *("电视自动关机", "Television switches itself off"),
            *("power_board", "电源板电容鼓包", "Swollen capacitors on the power board"),
            *("更换电源板", "Power board replaced"),
            *("TV-PB-12", (("voltage_v", 12.1),)),
        ),
        Trouble(
            *("电视屏幕有竖线", "Vertical line on the screen"),
            *("panel", "屏排线接触不良", "Panel ribbon cable loose"),
            *("重新压接屏排线", "Ribbon cable reseated"),
            *(None, ()),
        ),
    ),
}

#: Job type → what the order is called, by product line where it differs; {line}: the line's name.
ERRANDS = {
    "delivery": ("送货上门：{line}", "Deliver: {line}"),
    "installation": ("安装新购{line}", "Install: {line}"),
    "maintenance": ("{line}年度保养", "Yearly maintenance: {line}"),
    "inspection": ("{line}安全检查", "Safety inspection: {line}"),
    "removal_refit": ("移机：拆装{line}", "Remove and refit: {line}"),
    "return_pickup": ("退货取件：{line}", "Pick up a return: {line}"),
}


def errand(job_type: str, line: str) -> str:
    """The title of a job that is not a fault, in both languages."""
    zh, en = ERRANDS[job_type]
    return f"{zh.format(line=LINES[line][0])} / {en.format(line=LINES[line][1].lower())}"
