"""The city of the demonstration firm: Shanghai, its districts' real centres and real streets (WGS 84 degrees).

Pure. A street is one point on it; homes and shops scatter at most SPREAD_M around that point, and every point lies
farther than that from the river, so nobody lives in the water.
"""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt
from random import Random
from typing import NamedTuple

ZONE = "Asia/Shanghai"
SPREAD_M = 250
_EARTH_M = 6_371_008.8
_DEGREE_M = 111_195.0

DETOUR = 1.3
SPEED_KMH = 22.0  # a technician's electric scooter or van among other traffic


class Place(NamedTuple):
    lat: float
    lon: float


class Street(NamedTuple):
    name: str
    name_en: str
    at: Place


class District(NamedTuple):
    """`name`, `name_en`: the district or town as addresses name it; `at`: its centre, where the outlet is."""

    name: str
    name_en: str
    address: str
    address_en: str
    centre: str
    grade: str
    technicians: int
    at: Place
    streets: tuple[Street, ...]


#: Regional service centres: key → (name, name in English).
CENTRES = {
    "puxi": ("浦西顾客服务中心", "Puxi Service Centre"),
    "pudong": ("浦东顾客服务中心", "Pudong Service Centre"),
    "suburbs": ("沪西郊区顾客服务中心", "Western Suburbs Service Centre"),
}


def _streets(*lines: tuple[str, str, float, float]) -> tuple[Street, ...]:
    return tuple(Street(name, name_en, Place(lat, lon)) for name, name_en, lat, lon in lines)


DISTRICTS = (
    District(
        *("静安", "Jing'an", "上海市静安区", "Jing'an District, Shanghai", "puxi", "A", 6),
        Place(31.2286, 121.4483),
        _streets(
            ("南京西路", "West Nanjing Road", 31.2305, 121.4560),
            ("愚园路", "Yuyuan Road", 31.2235, 121.4405),
            ("北京西路", "West Beijing Road", 31.2330, 121.4545),
            ("新闸路", "Xinzha Road", 31.2360, 121.4535),
            ("武定路", "Wuding Road", 31.2335, 121.4430),
            ("康定路", "Kangding Road", 31.2362, 121.4415),
            ("常德路", "Changde Road", 31.2325, 121.4435),
            ("胶州路", "Jiaozhou Road", 31.2345, 121.4395),
            ("延平路", "Yanping Road", 31.2335, 121.4365),
            ("巨鹿路", "Julu Road", 31.2235, 121.4545),
            ("万航渡路", "Wanhangdu Road", 31.2275, 121.4370),
            ("大沽路", "Dagu Road", 31.2280, 121.4640),
        ),
    ),
    District(
        *("徐汇", "Xuhui", "上海市徐汇区", "Xuhui District, Shanghai", "puxi", "A", 6),
        Place(31.1883, 121.4365),
        _streets(
            ("漕溪北路", "North Caoxi Road", 31.1895, 121.4355),
            ("肇嘉浜路", "Zhaojiabang Road", 31.1995, 121.4500),
            ("衡山路", "Hengshan Road", 31.2035, 121.4450),
            ("天平路", "Tianping Road", 31.1995, 121.4350),
            ("宜山路", "Yishan Road", 31.1870, 121.4270),
            ("中山西路", "West Zhongshan Road", 31.1880, 121.4200),
            ("斜土路", "Xietu Road", 31.1945, 121.4560),
            ("零陵路", "Lingling Road", 31.1890, 121.4450),
            ("田林路", "Tianlin Road", 31.1735, 121.4150),
            ("钦州路", "Qinzhou Road", 31.1690, 121.4180),
            ("漕宝路", "Caobao Road", 31.1680, 121.4250),
            ("淮海中路", "Middle Huaihai Road", 31.2110, 121.4410),
        ),
    ),
    District(
        *("杨浦", "Yangpu", "上海市杨浦区", "Yangpu District, Shanghai", "puxi", "B", 5),
        Place(31.2598, 121.5257),
        _streets(
            ("控江路", "Kongjiang Road", 31.2780, 121.5180),
            ("江浦路", "Jiangpu Road", 31.2640, 121.5240),
            ("长阳路", "Changyang Road", 31.2640, 121.5330),
            ("许昌路", "Xuchang Road", 31.2610, 121.5230),
            ("大连路", "Dalian Road", 31.2640, 121.5105),
            ("周家嘴路", "Zhoujiazui Road", 31.2690, 121.5230),
            ("黄兴路", "Huangxing Road", 31.2850, 121.5220),
            ("四平路", "Siping Road", 31.2830, 121.5010),
            ("国定路", "Guoding Road", 31.3030, 121.5060),
            ("政通路", "Zhengtong Road", 31.3010, 121.5100),
            ("翔殷路", "Xiangyin Road", 31.3000, 121.5250),
            ("延吉中路", "Middle Yanji Road", 31.2840, 121.5330),
        ),
    ),
    District(
        *("陆家嘴", "Lujiazui", "上海市浦东新区", "Pudong New Area, Shanghai", "pudong", "A", 6),
        Place(31.2357, 121.5105),
        _streets(
            ("世纪大道", "Century Avenue", 31.2290, 121.5270),
            ("浦电路", "Pudian Road", 31.2220, 121.5270),
            ("张杨路", "Zhangyang Road", 31.2290, 121.5170),
            ("崂山路", "Laoshan Road", 31.2300, 121.5215),
            ("潍坊路", "Weifang Road", 31.2245, 121.5180),
            ("福山路", "Fushan Road", 31.2265, 121.5275),
            ("源深路", "Yuanshen Road", 31.2370, 121.5340),
            ("民生路", "Minsheng Road", 31.2320, 121.5440),
            ("锦绣路", "Jinxiu Road", 31.2110, 121.5500),
            ("花木路", "Huamu Road", 31.2100, 121.5590),
            ("东方路", "Dongfang Road", 31.2200, 121.5225),
            ("蓝村路", "Lancun Road", 31.2130, 121.5240),
        ),
    ),
    District(
        *("张江", "Zhangjiang", "上海市浦东新区张江镇", "Zhangjiang, Pudong New Area, Shanghai", "pudong", "B", 5),
        Place(31.2018, 121.5873),
        _streets(
            ("祖冲之路", "Zuchongzhi Road", 31.2060, 121.5920),
            ("碧波路", "Bibo Road", 31.2065, 121.5880),
            ("松涛路", "Songtao Road", 31.2050, 121.5850),
            ("科苑路", "Keyuan Road", 31.2030, 121.5930),
            ("金科路", "Jinke Road", 31.2040, 121.6015),
            ("盛夏路", "Shengxia Road", 31.2020, 121.6080),
            ("张江路", "Zhangjiang Road", 31.1950, 121.6200),
            ("广兰路", "Guanglan Road", 31.2130, 121.6210),
            ("龙东大道", "Longdong Avenue", 31.2150, 121.6050),
            ("高科中路", "Middle Gaoke Road", 31.1970, 121.6030),
        ),
    ),
    District(
        *("莘庄", "Xinzhuang", "上海市闵行区", "Minhang District, Shanghai", "suburbs", "B", 5),
        Place(31.1128, 121.3817),
        _streets(
            ("沪闵路", "Humin Road", 31.1090, 121.3870),
            ("莘松路", "Xinsong Road", 31.1120, 121.3700),
            ("莘朱路", "Xinzhu Road", 31.1120, 121.3900),
            ("都市路", "Dushi Road", 31.1030, 121.3900),
            ("春申路", "Chunshen Road", 31.0980, 121.3950),
            ("七莘路", "Qixin Road", 31.1280, 121.3640),
            ("水清路", "Shuiqing Road", 31.1170, 121.3800),
            ("宝城路", "Baocheng Road", 31.1140, 121.3920),
            ("顾戴路", "Gudai Road", 31.1370, 121.3720),
            ("银都路", "Yindu Road", 31.0890, 121.4000),
        ),
    ),
    District(
        *("松江", "Songjiang", "上海市松江区", "Songjiang District, Shanghai", "suburbs", "C", 4),
        Place(31.0322, 121.2277),
        _streets(
            ("人民北路", "North Renmin Road", 31.0250, 121.2280),
            ("文诚路", "Wencheng Road", 31.0340, 121.2180),
            ("园中路", "Yuanzhong Road", 31.0330, 121.2280),
            ("谷阳北路", "North Guyang Road", 31.0180, 121.2220),
            ("中山中路", "Middle Zhongshan Road", 31.0060, 121.2290),
            ("荣乐中路", "Middle Rongle Road", 31.0125, 121.2290),
            ("思贤路", "Sixian Road", 31.0270, 121.2200),
            ("新松江路", "Xinsongjiang Road", 31.0360, 121.2280),
            ("茸梅路", "Rongmei Road", 31.0310, 121.2480),
            ("方塔北路", "North Fangta Road", 31.0180, 121.2440),
        ),
    ),
    District(
        *("嘉定", "Jiading", "上海市嘉定区", "Jiading District, Shanghai", "suburbs", "C", 3),
        Place(31.3747, 121.2655),
        _streets(
            ("博乐南路", "South Bole Road", 31.3760, 121.2640),
            ("清河路", "Qinghe Road", 31.3830, 121.2480),
            ("塔城路", "Tacheng Road", 31.3790, 121.2560),
            ("城中路", "Chengzhong Road", 31.3860, 121.2510),
            ("沪宜公路", "Huyi Highway", 31.3790, 121.2440),
            ("迎园路", "Yingyuan Road", 31.3720, 121.2510),
            ("新成路", "Xincheng Road", 31.3750, 121.2700),
            ("叶城路", "Yecheng Road", 31.3630, 121.2620),
        ),
    ),
)


class Address(NamedTuple):
    text: str
    at: Place


def address(rng: Random, district: District, english: bool = False) -> Address:
    """Somebody's door: most people of the city live in a lane of a numbered compound. `english`: for somebody who reads
    Latin letters, with the Chinese that the technician reads."""
    street = rng.choice(district.streets)
    lane, house, room = rng.randrange(12, 990), rng.randrange(1, 60), rng.randrange(1, 7) * 100 + rng.randrange(1, 5)
    tower = rng.randrange(7, 28) * 100 + rng.randrange(1, 7)
    room = tower if rng.random() < 0.4 else room
    text = f"{district.address}{street.name}{lane}弄{house}号{room}室"
    if english:
        text += f" (Room {room}, No. {house}, Lane {lane}, {street.name_en}, {district.address_en})"
    return Address(text, near(rng, street.at))


def shop_address(rng: Random, district: District) -> Address:
    street = rng.choice(district.streets)
    return Address(f"{district.address}{street.name}{rng.randrange(18, 1600)}号", near(rng, street.at))


def near(rng: Random, at: Place, spread_m: float = SPREAD_M) -> Place:
    """A point at most `spread_m` metres away, to a tenth of a metre or so."""
    distance, bearing = spread_m * sqrt(rng.random()), rng.uniform(0, 360)
    north, east = distance * cos(radians(bearing)), distance * sin(radians(bearing))
    return Place(round(at.lat + north / _DEGREE_M, 6), round(at.lon + east / (_DEGREE_M * cos(radians(at.lat))), 6))


def metres(a: Place, b: Place) -> float:
    """Great circle."""
    across, along = sin(radians(b.lat - a.lat) / 2), sin(radians(b.lon - a.lon) / 2)
    chord = across * across + cos(radians(a.lat)) * cos(radians(b.lat)) * along * along
    return 2 * _EARTH_M * asin(sqrt(chord))


def travel_minutes(a: Place, b: Place) -> float:
    """Door to door, with the few minutes that parking and stairs take."""
    return 4 + metres(a, b) * DETOUR / (SPEED_KMH * 1000 / 60)
