"""A file of regions in MaxMind's format, as small as it can be: IPv4, 24 bits a record."""

import ipaddress
import struct
from collections.abc import Mapping
from typing import Any

_MARKER = b"\xab\xcd\xefMaxMind.com"


def written(networks: Mapping[str, Any]) -> bytes:
    """The file that says of each network its record."""
    data = b""
    nodes: list[list[Any]] = [[None, None]]
    for network, record in networks.items():
        known = ipaddress.ip_network(network)
        bits = f"{int(known.network_address):032b}"[: known.prefixlen]
        at = 0
        for bit in map(int, bits[:-1]):
            if nodes[at][bit] is None:
                nodes.append([None, None])
                nodes[at][bit] = ("node", len(nodes) - 1)
            at = nodes[at][bit][1]
        nodes[at][int(bits[-1])] = ("data", len(data))
        data += _encoded(record)
    count = len(nodes)
    meanings = {"node": 0, "data": count + 16}
    ends = [count if end is None else end[1] + meanings[end[0]] for node in nodes for end in node]
    tree = b"".join(end.to_bytes(3) for end in ends)
    about = {"node_count": count, "record_size": 24, "ip_version": 4, "database_type": "City", "languages": []}
    about |= {"binary_format_major_version": 2, "binary_format_minor_version": 0, "build_epoch": 1, "description": {}}
    return tree + bytes(16) + data + _MARKER + _encoded(about)


def _encoded(value: Any, name: str = "") -> bytes:
    if isinstance(value, dict):
        return bytes([7 << 5 | len(value)]) + b"".join(_encoded(k) + _encoded(v, k) for k, v in value.items())
    if isinstance(value, str):
        raw = value.encode()
        return bytes([2 << 5 | len(raw)]) + raw
    if isinstance(value, float):
        return bytes([3 << 5 | 8]) + struct.pack(">d", value)
    if isinstance(value, list):
        return bytes([len(value), 11 - 7]) + b"".join(map(_encoded, value))
    return bytes([8, 9 - 7]) + value.to_bytes(8) if name == "build_epoch" else _whole(name, value)


def _whole(name: str, value: int) -> bytes:
    size = 4 if name == "node_count" else 2
    return bytes([(6 if size == 4 else 5) << 5 | size]) + value.to_bytes(size)
