"""Amounts in words of print. Pure."""

#: ISO 4217: currencies whose smallest unit is not a hundredth. Those with none, and those of a thousand.
_DECIMALS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI"), 0),
    **dict.fromkeys(("VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


def amount(minor: int, currency: str) -> str:
    """`CNY 1,280.50`, `JPY 900`; without a currency the number alone, in hundredths."""
    decimals = _DECIMALS.get(currency, 2)
    sign, whole = "-" if minor < 0 else "", abs(minor)
    digits = f"{whole // 10**decimals:,}" + (f".{whole % 10**decimals:0{decimals}d}" if decimals else "")
    return f"{currency} {sign}{digits}".strip()
