"""Draws the harness, one SVG for each cable of harness/cables.csv, with the wires of harness/wires.csv."""
from html import escape

from power import rows_of

_ROW, _LEFT, _RIGHT, _WIDTH = 8, 62, 178, 250
_COLOURS = {"red": "#d22", "black": "#222", "white": "#ddd", "green": "#2a2", "yellow": "#eb0", "grey": "#999", "blue": "#24c",
            "brown": "#852", "orange": "#f80", "violet": "#82c", "-": "#446"}
_STYLE = "text{font:3px sans-serif;fill:#222}.t{font-size:4.5px;font-weight:bold}.m{text-anchor:middle}.e{text-anchor:end}.b{fill:#fff;stroke:#222;stroke-width:.4}"


def drawings(folder):
    """Cable -> SVG."""
    wires = rows_of(folder / "wires.csv")
    return {cable["cable"]: draw(cable, [wire for wire in wires if wire["cable"] == cable["cable"]]) for cable in rows_of(folder / "cables.csv")}


def draw(cable, wires):
    height = 42 + _ROW * max(len(wires), 1)
    bottom = height - 18
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}mm" height="{height}mm" viewBox="0 0 {_WIDTH} {height}">',
           f'<title>{cable["cable"]} {escape(cable["title"])}</title><style>{_STYLE}</style><rect width="100%" height="100%" fill="#fff"/>',
           text(5, 8, f'{cable["cable"]}  {cable["title"]}: {cable["part"]}, {cable["length_m"]} m', "t"),
           f'<rect class="b" x="5" y="17" width="{_LEFT - 5}" height="{bottom - 17}"/>',
           f'<rect class="b" x="{_RIGHT}" y="17" width="{_WIDTH - 5 - _RIGHT}" height="{bottom - 17}"/>',
           text(7, 15, cable["from_connector"]), text(_RIGHT + 2, 15, cable["to_connector"])]
    for index, wire in enumerate(wires):
        out += draw_wire(cable, wire, 22 + _ROW * index)
    fuse = f'fuse {cable["fuse_a"]} A; ' if cable["fuse_a"] != "0" else ""
    return "\n".join(out + [text(5, height - 10, f'{fuse}{cable["note"]}'),
                            text(5, height - 4, "Drawn from hardware/harness. Not built yet.")]) + "\n</svg>\n"


def draw_wire(cable, wire, y):
    area = f', {cable["area_mm2"]} mm2' if cable["area_mm2"] != "0" else ""
    name = f'{wire["wire"]} {wire["colour"]}{area}' if wire["colour"] != "-" else "inner" if wire["wire"] == "1" else "screen"
    lines = [f'<path d="M{_LEFT} {y}H{_RIGHT}" stroke="#222" stroke-width="1.6"/>',
             f'<path d="M{_LEFT} {y}H{_RIGHT}" stroke="{_COLOURS[wire["colour"]]}" stroke-width="1.1"/>',
             text(_LEFT - 2, y + 1, f'{wire["from"]}  {wire["signal"]}', "e"), text((_LEFT + _RIGHT) / 2, y - 1.6, name, "m"),
             text(_RIGHT + 2, y + 1, wire["to"])]
    if wire["signal"] == "VBOAT":
        lines += [f'<rect class="b" x="{_RIGHT - 22}" y="{y - 1.8}" width="14" height="3.6"/>', text(_RIGHT - 15, y + 1, f'FH1 {cable["fuse_a"]} A', "m")]
    return lines


def text(x, y, words, style=""):
    mark = f' class="{style}"' if style else ""
    return f'<text x="{x:g}" y="{y:g}"{mark}>{escape(words)}</text>'
