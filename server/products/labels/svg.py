"""A label as SVG: squares and outlines of type, no font needed, no script, no style. Same drawing, same bytes.

One unit of the view is one printer dot; width and height are millimetres.
"""

from xml.sax.saxutils import escape

from server.platform import typeface
from server.platform.qr import runs
from server.products.labels.drawing import Drawing
from server.products.labels.layout import Layout


def svg(drawing: Drawing) -> bytes:
    modules, layout = drawing
    squares = "".join(f"M{run.x} {run.y}h{run.length}v1h-{run.length}z" for run in runs(modules))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{layout.mm(layout.width):.4f}mm"'
        f' height="{layout.mm(layout.height):.4f}mm" viewBox="0 0 {layout.width} {layout.height}" role="img">'
        f"<title>{escape(' '.join(line.text for line in layout.lines))}</title>"
        f'<path fill="#fff" d="M0 0h{layout.width}v{layout.height}h-{layout.width}z"/>'
        f'<path shape-rendering="crispEdges" transform="translate({layout.left} {layout.top}) scale({layout.module})"'
        f' d="{squares}"/>{_text(layout)}</svg>\n'
    ).encode()


def _text(layout: Layout) -> str:
    """Every shape once, and where it stands."""
    scale = layout.em / typeface.units_per_em()
    shapes: dict[str, str] = {}
    placed: list[str] = []
    for line in layout.lines:
        pen = 0.0
        for character in line.text:
            if (outline := typeface.outline(character)) and character not in shapes:
                shapes[character] = f'<path id="c{ord(character):x}" d="{outline}"/>'
            if outline:
                x = (line.left + pen * layout.em) / scale
                placed.append(f'<use href="#c{ord(character):x}" x="{x:.0f}" y="{-line.baseline / scale:.0f}"/>')
            pen += typeface.advance(character)
    if not placed:
        return ""
    return f'<defs>{"".join(shapes.values())}</defs><g transform="scale({scale:g} {-scale:g})">{"".join(placed)}</g>'
