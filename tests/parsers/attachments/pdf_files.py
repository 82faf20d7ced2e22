"""PDF documents, written in code for the tests."""

from collections.abc import Sequence

CJK = {
    "zh": ("STSong-Light", "UniGB-UCS2-H", "GB1"),
    "ja": ("HeiseiMin-W3", "UniJIS-UCS2-H", "Japan1"),
    "ko": ("HYSMyeongJo-Medium", "UniKS-UCS2-H", "Korea1"),
}
Placed = tuple[float, float, str]
"""x and y from the page's lower left corner in points, and the text that stands there."""


def pdf(pages: Sequence[Sequence[Placed]], language: str | None = None, rotate: int = 0, trailer: str = "") -> bytes:
    """Return a document with these texts, 10 points high; `language` picks a font of the viewer's for CJK."""
    font = _cjk_font(*CJK[language]) if language else "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>", font]
    for number, texts in enumerate(pages):
        content = "".join(f"BT /F1 10 Tf {x} {y} Td {_shown(text, language)} Tj ET\n" for x, y, text in texts)
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Rotate {rotate}/Contents {5 + 2 * number} 0 R"
            "/Resources<</Font<</F1 3 0 R>>>>>>"
        )
        objects.append(f"<</Length {len(content)}>>stream\n{content}endstream")
    return file_of(objects, trailer)


def file_of(objects: Sequence[str], trailer: str = "") -> bytes:
    """Return a file of these objects, numbered from 1; the first one is the catalog."""
    out = bytearray(b"%PDF-1.7\n")
    starts = []
    for number, body in enumerate(objects, start=1):
        starts.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{start:010} 00000 n \n".encode() for start in starts)
    out += f"trailer<</Size {len(objects) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{table}\n%%EOF".encode()
    return bytes(out)


def _cjk_font(name: str, encoding: str, ordering: str) -> str:
    return (
        f"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/{encoding}/DescendantFonts[<</Type/Font/Subtype"
        f"/CIDFontType0/BaseFont/{name}/CIDSystemInfo<</Registry(Adobe)/Ordering({ordering})/Supplement 2>>/DW 1000"
        f"/FontDescriptor<</Type/FontDescriptor/FontName/{name}/Flags 4/ItalicAngle 0/Ascent 880/Descent -120"
        "/CapHeight 880/StemV 80/FontBBox[0 -120 1000 880]>>>>]>>"
    )


def _shown(text: str, language: str | None) -> str:
    if language:
        return f"<{text.encode('utf-16-be').hex()}>"
    return "(" + text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)") + ")"
