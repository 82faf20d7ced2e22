"""Letters written as a base letter and combining marks (macOS writes so), put together as everybody else types them."""

import re
import unicodedata

_MARKS = "\u0300-\u036f\u3099\u309a"
_DECOMPOSED = re.compile(rf"[^\W_][{_MARKS}]{{1,4}}|[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?")


def composed(text: str) -> str:
    """Return the text with decomposed letters composed (Unicode NFC); every other character stays as it is.

    NFC as a whole would also replace rare forms of ideographs, which people have in their names.
    """
    if text.isascii():
        return text
    return _DECOMPOSED.sub(lambda match: unicodedata.normalize("NFC", match[0]), text)
