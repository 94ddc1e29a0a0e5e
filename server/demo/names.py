"""People of the demonstration firm: Chinese names with their pinyin, English names, phone numbers that ring nowhere.

Pure: randomness comes in as an argument. Only characters with one reading stand here, so that the pinyin is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

#: The commonest first: a name is drawn with a weight that falls along the list.
SURNAMES = (
    *(("王", "Wang"), ("李", "Li"), ("张", "Zhang"), ("刘", "Liu"), ("陈", "Chen"), ("杨", "Yang"), ("赵", "Zhao")),
    *(("黄", "Huang"), ("周", "Zhou"), ("吴", "Wu"), ("徐", "Xu"), ("孙", "Sun"), ("胡", "Hu"), ("朱", "Zhu")),
    *(("高", "Gao"), ("林", "Lin"), ("何", "He"), ("郭", "Guo"), ("马", "Ma"), ("罗", "Luo"), ("梁", "Liang")),
    *(("宋", "Song"), ("郑", "Zheng"), ("谢", "Xie"), ("韩", "Han"), ("唐", "Tang"), ("冯", "Feng"), ("董", "Dong")),
    *(("程", "Cheng"), ("曹", "Cao"), ("袁", "Yuan"), ("邓", "Deng"), ("许", "Xu"), ("傅", "Fu"), ("沈", "Shen")),
    *(("彭", "Peng"), ("苏", "Su"), ("蒋", "Jiang"), ("蔡", "Cai"), ("魏", "Wei"), ("叶", "Ye"), ("潘", "Pan")),
    *(("杜", "Du"), ("戴", "Dai"), ("夏", "Xia"), ("钟", "Zhong"), ("田", "Tian"), ("姜", "Jiang"), ("范", "Fan")),
    *(("方", "Fang"), ("姚", "Yao"), ("陆", "Lu"), ("金", "Jin"), ("顾", "Gu"), ("钱", "Qian"), ("施", "Shi")),
)
_MEN_ALONE = (
    *(("伟", "wei"), ("强", "qiang"), ("磊", "lei"), ("军", "jun"), ("勇", "yong"), ("杰", "jie"), ("涛", "tao")),
    *(("超", "chao"), ("刚", "gang"), ("鹏", "peng"), ("飞", "fei"), ("鑫", "xin"), ("斌", "bin"), ("浩", "hao")),
    *(("凯", "kai"), ("帆", "fan"), ("辉", "hui"), ("峰", "feng"), ("亮", "liang"), ("龙", "long")),
)
_MEN_FIRST = (
    *(("建", "jian"), ("志", "zhi"), ("国", "guo"), ("海", "hai"), ("文", "wen"), ("子", "zi"), ("家", "jia")),
    *(("晓", "xiao"), ("俊", "jun"), ("永", "yong"), ("宏", "hong"), ("立", "li"), ("振", "zhen"), ("德", "de")),
)
_MEN_LAST = (
    *(("华", "hua"), ("平", "ping"), ("明", "ming"), ("东", "dong"), ("林", "lin"), ("波", "bo"), ("宇", "yu")),
    *(("健", "jian"), ("豪", "hao"), ("成", "cheng"), ("民", "min"), ("庆", "qing"), ("阳", "yang"), ("恒", "heng")),
)
_WOMEN_ALONE = (
    *(("芳", "fang"), ("敏", "min"), ("静", "jing"), ("丽", "li"), ("艳", "yan"), ("霞", "xia"), ("玲", "ling")),
    *(("燕", "yan"), ("雪", "xue"), ("婷", "ting"), ("慧", "hui"), ("颖", "ying"), ("琳", "lin"), ("倩", "qian")),
    *(("蕾", "lei"), ("雯", "wen"), ("悦", "yue"), ("洁", "jie")),
)
_WOMEN_FIRST = (
    *(("秀", "xiu"), ("雨", "yu"), ("思", "si"), ("佳", "jia"), ("诗", "shi"), ("梦", "meng"), ("欣", "xin")),
    *(("美", "mei"), ("晓", "xiao"), ("淑", "shu"), ("海", "hai"), ("春", "chun")),
)
_WOMEN_LAST = (
    *(("兰", "lan"), ("怡", "yi"), ("萍", "ping"), ("梅", "mei"), ("英", "ying"), ("娟", "juan"), ("莉", "li")),
    *(("涵", "han"), ("琪", "qi"), ("云", "yun"), ("珍", "zhen"), ("娜", "na")),
)
_ENGLISH_FIRST = (
    *(
        "Emily",
        "James",
        "Sophie",
        "Daniel",
        "Hannah",
        "Oliver",
        "Grace",
        "Thomas",
        "Laura",
        "Peter",
        "Isabel",
        "Rachel",
    ),
    *(
        "Stephen",
        "Anna",
        "David",
        "Claire",
        "Michael",
        "Julia",
        "Andrew",
        "Nina",
        "Samuel",
        "Eleanor",
        "Lucas",
        "Karen",
    ),
)
_ENGLISH_LAST = (
    *("Carter", "Whitfield", "Laurent", "Brooks", "Weiss", "Grant", "Sullivan", "Keller", "Jensen", "Novak", "Moreno"),
    *(
        "Adams",
        "Clarke",
        "Lindqvist",
        "Okafor",
        "Dubois",
        "Hoffmann",
        "Fraser",
        "Petrov",
        "Price",
        "Hughes",
        "Mitchell",
    ),
)
_BUSINESSES = (
    *("晨光咖啡馆 Morning Light Café", "禾木民宿 Hemu Guesthouse", "小满面馆", "青禾幼儿园", "知行书店"),
    *("安和诊所 Anhe Clinic", "云杉健身房 Spruce Gym", "百味小厨", "蓝湾公寓 Blue Bay Apartments", "致远律师事务所"),
    *("橙果设计工作室 Orange Studio", "康宁护理院"),
)


class Person(NamedTuple):
    """`name` as it is written at home, `name_en` in Latin letters, `login` as a user name of ours."""

    name: str
    name_en: str
    login: str


def chinese(rng: Random, women: float = 0.5) -> Person:
    """`women`: share of women among those drawn."""
    weights = [1 / (place + 6) for place in range(len(SURNAMES))]
    (surname, surname_en), *_ = rng.choices(SURNAMES, weights)
    given = _given(rng, rng.random() < women)
    written, read = "".join(c for c, _ in given), "".join(r for _, r in given)
    return Person(surname + written, f"{surname_en} {read.capitalize()}", f"{surname_en.lower()}.{read}")


def _given(rng: Random, woman: bool) -> list[tuple[str, str]]:
    alone, first, last = (_WOMEN_ALONE, _WOMEN_FIRST, _WOMEN_LAST) if woman else (_MEN_ALONE, _MEN_FIRST, _MEN_LAST)
    if rng.random() < 0.35:
        return [rng.choice(alone)]
    return [rng.choice(first), rng.choice(last)]


def different(rng: Random, women: float = 0.5) -> Iterator[Person]:
    """Chinese people of whom no two share a name or a login."""
    seen: set[str] = set()
    while True:
        person = chinese(rng, women)
        if person.name not in seen and person.login not in seen:
            seen |= {person.name, person.login}
            yield person


def english(rng: Random) -> str:
    return f"{rng.choice(_ENGLISH_FIRST)} {rng.choice(_ENGLISH_LAST)}"


def business(rng: Random) -> str:
    return rng.choice(_BUSINESSES)


def phone(rng: Random) -> str:
    """A mobile number with the prefix 154, which no Chinese carrier uses: nobody's phone rings."""
    return f"154 {rng.randrange(10_000):04d} {rng.randrange(10_000):04d}"
