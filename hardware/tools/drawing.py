"""Draws a sheet as SVG, from the same page that the KiCad file is written from."""
from html import escape

from kicad import number, value_of
from layout import PAPER

_STYLE = ("text{font:1.9px sans-serif;fill:#222}.w,.s{fill:none;stroke:#063;stroke-width:.2}.s{stroke:#822}.f{fill:none;stroke:#999;"
          "stroke-width:.2;stroke-dasharray:1.5 1}.t{font-size:3px;font-weight:bold}.l{fill:#036}.r{fill:#822}.p{font-size:1.5px;fill:#666}")


def sheet_drawing(sheet, page, symbols, parts):
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{PAPER[0]:.0f}mm" height="{PAPER[1]:.0f}mm" viewBox="0 0 {PAPER[0]:.0f} {PAPER[1]:.0f}">',
           f"<title>Carrier board carrier-s3: {escape(sheet.title)}</title><style>{_STYLE}</style>",
           '<rect width="100%" height="100%" fill="#fff"/>', text(15.24, 14, f"carrier-s3, rev. A: {sheet.title}", "t"),
           text(15.24, 288, "Drawn from hardware/carrier/circuit.txt. No board has been built or measured.", "")]
    out += [f'<rect class="f" x="{number(x)}" y="{number(y)}" width="{number(w)}" height="{number(h)}"/>' for x, y, w, h in page.frames]
    out += [text(x, y, note, "t" if size > 1.5 else "") for note, x, y, size in page.texts]
    out.append('<path class="w" d="' + "".join(f"M{number(a)} {number(b)}L{number(c)} {number(d)}" for a, b, c, d in page.wires) + '"/>')
    out += [f'<circle cx="{number(x)}" cy="{number(y)}" r=".5" fill="#063"/>' for x, y in dict.fromkeys(page.junctions)]
    for placed in page.placed:
        out += symbol(placed, symbols[placed.part.symbol], parts[placed.part.reference])
    out += [ground(x, y) for x, y in page.grounds]
    out += [f'<path class="w" d="M{number(x - .8)} {number(y - .8)}l1.6 1.6m0-1.6l-1.6 1.6"/>' for x, y in page.opens]
    out += [f'<path class="w" d="M{number(x)} {number(y)}v-1.3l-1-.6 1-.6 1 .6-1 .6"/>' for _, x, y in page.flags]
    out += [label(*each) for each in page.labels]
    return "\n".join(out) + "\n</svg>\n"


def text(x, y, words, style, anchor="", turn=0):
    extra = (f' class="{style}"' if style else "") + (f' text-anchor="{anchor}"' if anchor else "")
    extra += f' transform="rotate({turn} {number(x)} {number(y)})"' if turn else ""
    return f'<text x="{number(x)}" y="{number(y)}"{extra}>{escape(words)}</text>'


def turned(placed, x, y):
    """A point of the symbol on paper: y downwards, turned to the left by the angle."""
    if placed.angle == 90:
        x, y = -y, x
    return placed.x + x, placed.y - y


def line(placed, points):
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in (turned(placed, *point) for point in points))


def symbol(placed, pins, row):
    shape = placed.shape
    paths = [line(placed, points) for points in shape.lines]
    inward = {"left": (1, 0), "right": (-1, 0), "up": (0, -1), "down": (0, 1)}
    for x, y, direction in shape.pins.values():
        dx, dy = inward[direction]
        paths.append(line(placed, [(x, y), (x + dx * shape.pin_length, y + dy * shape.pin_length)]))
    out = [f'<path class="s" d="{"".join(paths)}"/>']
    x, y = placed.text
    below = y + 2.2
    if shape.is_box:
        y, below = y - 2.2, y
        for pin, (px, py, direction) in shape.pins.items():
            side = 1 if direction == "left" else -1
            at = turned(placed, px, py)
            out.append(text(at[0] + side * (shape.pin_length + 0.5), at[1] + 0.7, pins[pin][0], "", "" if side > 0 else "end"))
            if pin != pins[pin][0]:
                out.append(text(at[0] + side * 1.2, at[1] - 0.3, pin, "p", "middle"))
    elif placed.angle == 90:
        y, below = y, y + 5.8
    return out + [text(x, y, placed.part.reference, "r"), text(x, below, value_of(row), "")]


def ground(x, y):
    return f'<path class="w" d="M{number(x)} {number(y)}v1.3m-1.3 0h2.6m-2.1 .6h1.6m-1.1 .6h.6"/>'


def label(net, x, y, direction):
    if direction == "up":
        return text(x + 0.7, y, net, "l", "", -90)
    if direction == "down":
        return text(x + 0.7, y, net, "l", "end", -90)
    return text(x + (0.6 if direction == "right" else -0.6), y + 0.7, net, "l", "" if direction == "right" else "end")
