"""QR pictures of links, to be printed: a PNG, and an SVG with the order's number under it."""

from math import ceil
from pathlib import Path
from xml.sax.saxutils import escape

import segno

DPI = 300
LEAST = 300
"""How many dots a side of the PNG has at least: at 300 dots an inch, two and a half centimetres."""

_QUIET = 4  # modules around it, without which readers do not find it


def write_pictures(folder: Path, name: str, link: str, number: str) -> tuple[Path, Path]:
    """Writes both pictures of a link, and returns where they are, the SVG first.

    Raises:
        OSError: one cannot be written.
    """
    code = segno.make(link, micro=False)
    scale = ceil(LEAST / code.symbol_size(border=_QUIET)[0])
    drawn, dots = folder / f"{name}.svg", folder / f"{name}.png"
    code.save(str(dots), scale=scale, border=_QUIET, dpi=DPI)
    drawn.write_text(_with_number(code, scale, number), encoding="utf-8")
    return drawn, dots


def _with_number(code: segno.QRCode, scale: int, number: str) -> str:
    side = code.symbol_size(scale=scale, border=_QUIET)[0]
    told = "".join(character for character in number if character.isprintable())
    # The widest letters are about as wide as high: whatever the number, it stays within the picture.
    letters = min(side / 12, side * 0.9 / max(len(told), 1))
    height = ceil(side + 1.5 * letters)
    picture = code.svg_inline(scale=scale, border=_QUIET)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{side}" height="{height}" '
        f'viewBox="0 0 {side} {height}"><rect width="{side}" height="{height}" fill="#fff"/>{picture}'
        f'<text x="{side / 2:g}" y="{side + letters / 2:g}" font-family="sans-serif" '
        f'font-size="{letters:.1f}" text-anchor="middle">{escape(told)}</text></svg>\n'
    )
