"""What the firm's products are made of, what they show when they fail, and the one safety note that is out. Pure data;
part numbers are those that the technicians of the story use."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from schemas.notices import Concern, NewNotice
from server.demo.catalogue import gtin


class Part(NamedTuple):
    component: str
    part_number: str
    name: str
    name_en: str


class Fault(NamedTuple):
    line_code: str
    code: str
    component: str
    severity: str
    text: str
    text_en: str
    advice: str
    advice_en: str


#: Product line → main parts of each of its models.
PARTS = {
    "air_conditioner": (
        Part("compressor", "AC-CP-35", "变频压缩机", "Inverter compressor"),
        Part("fan_motor", "AC-FM-62", "室外风机电机", "Outdoor fan motor"),
        Part("control_board", "AC-PCB-07", "室外控制板", "Outdoor control board"),
        Part("four_way_valve", "AC-4WV-35", "四通阀", "Four-way valve"),
        Part("thermostat", "AC-TS-10", "管温传感器", "Pipe temperature sensor"),
    ),
    "refrigerator": (
        Part("compressor", "RF-CP-90", "压缩机", "Compressor"),
        Part("evaporator", "RF-DH-20", "蒸发器化霜加热组件", "Evaporator defrost heater"),
        Part("thermostat", "RF-TH-11", "温控器", "Thermostat"),
        Part("start_relay", "RF-SR-03", "启动继电器", "Start relay"),
    ),
    "washing_machine": (
        Part("motor", "WM-MT-30", "电机", "Motor"),
        Part("control_board", "WM-PCB-15", "控制板", "Control board"),
        Part("drain_pump", "WM-DP-08", "排水泵", "Drain pump"),
    ),
    "television": (
        Part("panel", "TV-BL-55", "显示屏背光组件", "Panel backlight assembly"),
        Part("power_board", "TV-PB-12", "电源板", "Power board"),
    ),
}

FAULTS = (
    Fault(
        *("air_conditioner", "E6", "control_board", "performance"),
        *("室内外机通讯故障", "Indoor and outdoor unit do not communicate"),
        *("先查连接线与端子，再换室外控制板。", "Check the cable and its terminals before the outdoor control board."),
    ),
    Fault(
        *("air_conditioner", "F1", "thermostat", "performance"),
        *("管温传感器断路或短路", "Pipe temperature sensor open or shorted"),
        *("25 ℃ 时应约为 10 kΩ。", "It should measure about 10 kΩ at 25 °C."),
    ),
    Fault(
        *("air_conditioner", "H5", "compressor", "major"),
        *("压缩机过流保护", "Compressor overcurrent protection"),
        *(
            "量电源电压与三相阻值，确认无短路后再试机。",
            "Measure supply and windings before another start.",
        ),
    ),
    Fault(
        *("refrigerator", "E2", "thermostat", "performance"),
        *("冷藏室感温头故障", "Fridge sensor failed"),
        *("更换前先确认插头接触。", "Make sure of the plug before replacing it."),
    ),
    Fault(
        *("refrigerator", "E5", "evaporator", "performance"),
        *("化霜异常", "Defrosting does not finish"),
        *("检查化霜加热器与熔断器。", "Check the defrost heater and its fuse."),
    ),
    Fault(
        *("washing_machine", "E21", "drain_pump", "performance"),
        *("排水超时", "Draining takes too long"),
        *("清理过滤器，再听排水泵是否转动。", "Clean the filter, then listen whether the pump turns."),
    ),
    Fault(
        *("washing_machine", "E40", "whole_unit", "minor"),
        *("门未关好", "The door is not closed"),
        *("检查门锁与门钩。", "Check the lock and the hook."),
    ),
    Fault(
        *("television", "P3", "power_board", "performance"),
        *("电源输出电压异常（指示灯闪 3 次）", "Supply voltage out of range (the light blinks three times)"),
        *("断电后量 12 V 输出，查看电容。", "Measure the 12 V output, look at the capacitors."),
    ),
)


def safety_note(today: date) -> NewNotice:
    """About the washer-dryers, out since `today`."""
    return NewNotice(
        kind="safety",
        severity="warning",
        title="洗烘一体机：每次烘干后请清理绒毛过滤器",
        title_en="Washer-dryer: clean the lint filter after each drying",
        text="绒毛积聚会使烘干通道过热。请在每次烘干后清理过滤器；如闻到焦味，请停用并联系我们，检查免费。",
        text_en=(
            "Lint that gathers can overheat the drying duct. Please clean the filter after each drying. If it smells"
            " burnt, stop using it and call us: we check it free of charge."
        ),
        concerns=[Concern(gtins=[gtin(303)])],
        from_on=today,
    )
