"""Writes the sheets as a KiCad 6 project. Format: KiCad's own documentation, "Schematic file format", version 20211123."""
import json
import uuid

from circuit import GROUND
from symbols import TWO_PINS, Shape

_SPACE = uuid.UUID("8f0c2b54-5d0f-5b0e-9a7e-4f1f6f0c7a10")
_FONT = "(effects (font (size 1.27 1.27)){})"
_STROKE = "(stroke (width {}) (type default) (color 0 0 0 0))"
_ANGLE = {"right": 0, "up": 90, "left": 180, "down": 270}
_JUSTIFY = {"right": "left", "up": "left", "left": "right", "down": "right"}
_PIN_ANGLE = {"left": 0, "right": 180, "up": 270, "down": 90}


def identity(*names):
    """The same for the same thing each time, so that a change shows as that change alone."""
    return str(uuid.uuid5(_SPACE, "/".join(str(name) for name in names)))


def number(value):
    return f"{value:.2f}".rstrip("0").rstrip(".")


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def value_of(row):
    """What stands beside a part: the value of a passive one, else the maker's number."""
    passive = row["references"][0] in "RCLF" and row["references"][1].isdigit()
    return " ".join(row["part"].split()[:2]) if passive else row["maker_number"]


def library_symbol(name, pins, prefix="carrier:"):
    shape = Shape(name, pins)
    hide = "(pin_numbers hide) (pin_names (offset 0) hide)" if name in TWO_PINS else "(pin_names (offset 0.5))"
    lines = "".join(
        "(polyline (pts " + "".join(f"(xy {number(x)} {number(y)})" for x, y in line) + f") {_STROKE.format(0.15)} (fill (type none)))"
        for line in shape.lines)
    ends = "\n      ".join(
        f"(pin {pins[n][1]} line (at {number(x)} {number(y)} {_PIN_ANGLE[d]}) (length {number(shape.pin_length)}) "
        f"(name {quoted(pins[n][0])} {_FONT.format('')}) (number {quoted(n)} {_FONT.format('')}))"
        for n, (x, y, d) in shape.pins.items())
    return (f'    (symbol "{prefix}{name}" {hide} (in_bom yes) (on_board yes)\n{library_properties("U", name)}\n'
            f'      (symbol "{name}_0_1" {lines})\n      (symbol "{name}_1_1" {ends}))')


def library_properties(reference, value):
    names = (("Reference", reference), ("Value", value), ("Footprint", ""), ("Datasheet", ""))
    return " ".join(f'      (property "{key}" {quoted(text)} (id {index}) (at 0 0 0) {_FONT.format(" hide" if index > 1 else "")})'
                    for index, (key, text) in enumerate(names))


def supply_symbol(name, kind, line, prefix="carrier:"):
    points = "".join(f"(xy {x} {y})" for x, y in line)
    return (f'    (symbol "{prefix}{name}" (power) (pin_names (offset 0)) (in_bom yes) (on_board yes)\n'
            f'{library_properties("#PWR" if name == GROUND else "#FLG", name)}\n'
            f'      (symbol "{name}_0_1" (polyline (pts {points}) {_STROKE.format(0.15)} (fill (type none))))\n'
            f'      (symbol "{name}_1_1" (pin {kind} line (at 0 0 {270 if name == GROUND else 90}) (length 0) hide '
            f'(name "{name}" {_FONT.format("")}) (number "1" {_FONT.format("")}))))')


_GROUND_LINE = [(0, 0), (0, -1.27), (1.27, -1.27), (0, -2.54), (-1.27, -1.27), (0, -1.27)]
_FLAG_LINE = [(0, 0), (0, 1.27), (-1.0, 1.9), (0, 2.54), (1.0, 1.9), (0, 1.27)]


LIBRARY_TABLE = ('(sym_lib_table\n  (lib (name "carrier")(type "KiCad")(uri "${KIPRJMOD}/carrier.kicad_sym")(options "")(descr "Symbols of the carrier"))\n)\n')


def library(symbols):
    """All symbols as a library, so that one can go on drawing with them."""
    written = [library_symbol(name, pins, "") for name, pins in symbols.items()]
    written += [supply_symbol(GROUND, "power_in", _GROUND_LINE, ""), supply_symbol("PWR_FLAG", "power_out", _FLAG_LINE, "")]
    return "(kicad_symbol_lib (version 20211014) (generator kicad_symbol_editor)\n" + "\n".join(written) + "\n)\n"


class SheetWriter:
    """One sheet's file, and what the root sheet must know of its symbols."""

    def __init__(self, sheet, page, symbols, parts, shared, path):
        self.sheet, self.page, self.symbols, self.parts, self.shared, self.path = sheet, page, symbols, parts, shared, path
        self.instances = []  # path, reference, value, footprint
        self.counts = {"#PWR": 0, "#FLG": 0}

    def text(self, title):
        used = sorted({placed.part.symbol for placed in self.page.placed})
        library = [library_symbol(name, self.symbols[name]) for name in used]
        library += [supply_symbol(GROUND, "power_in", _GROUND_LINE), supply_symbol("PWR_FLAG", "power_out", _FLAG_LINE)]
        body = [self._frame(frame) for frame in self.page.frames] + [self._note(note) for note in self.page.texts]
        body += [f"  (junction (at {number(x)} {number(y)}) (diameter 0) (color 0 0 0 0) (uuid {self._id('j', x, y)}))"
                 for x, y in dict.fromkeys(self.page.junctions)]
        body += [f"  (no_connect (at {number(x)} {number(y)}) (uuid {self._id('n', x, y)}))" for x, y in self.page.opens]
        body += [f"  (wire (pts (xy {number(a)} {number(b)}) (xy {number(c)} {number(d)})) {_STROKE.format(0)} (uuid {self._id('w', a, b, c, d)}))"
                 for a, b, c, d in self.page.wires]
        body += [self._label(*label) for label in self.page.labels]
        body += [self._symbol(placed) for placed in self.page.placed]
        body += [self._supply(GROUND, "#PWR", x, y) for x, y in self.page.grounds]
        body += [self._supply("PWR_FLAG", "#FLG", x, y) for _, x, y in self.page.flags]
        return (f"(kicad_sch (version 20211123) (generator eeschema)\n  (uuid {identity(self.sheet.name)})\n  (paper \"A3\")\n"
                f"  {title_block(title)}\n  (lib_symbols\n" + "\n".join(library) + "\n  )\n" + "\n".join(body) + "\n)\n")

    def _id(self, *names):
        return identity(self.sheet.name, *names)

    def _frame(self, frame):
        x, y, width, height = frame
        corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]
        return "\n".join(  # version 6 reads lines of two points only
            f"  (polyline (pts (xy {number(a)} {number(b)})(xy {number(c)} {number(d)})) (stroke (width 0) (type dash) (color 0 0 0 0)) "
            f"(uuid {self._id('f', a, b, c, d)}))" for (a, b), (c, d) in zip(corners, corners[1:]))

    def _note(self, note):
        text, x, y, size = note
        return (f"  (text {quoted(text)} (at {number(x)} {number(y)} 0) (effects (font (size {size} {size})) (justify left bottom)) "
                f"(uuid {self._id('t', x, y)}))")

    def _label(self, net, x, y, direction):
        kind = "global_label" if net in self.shared else "label"
        shape = " (shape passive)" if net in self.shared else ""
        bottom = "" if net in self.shared else " bottom"
        return (f"  ({kind} {quoted(net)}{shape} (at {number(x)} {number(y)} {_ANGLE[direction]}) "
                f"(effects (font (size 1.27 1.27)) (justify {_JUSTIFY[direction]}{bottom})) (uuid {self._id('l', x, y)}))")

    def _symbol(self, placed):
        row = self.parts[placed.part.reference]
        unique = self._id(placed.part.reference)
        value = value_of(row)
        footprint = "" if "to be drawn" in row["footprint"] else row["footprint"]
        self.instances.append((f"{self.path}/{unique}", placed.part.reference, value, footprint))
        x, y = placed.text
        fields = [("Reference", placed.part.reference, x, y, ""), ("Value", value, x, y + (1.8 if not placed.shape.is_box else -1.8), ""),
                  ("Footprint", footprint, placed.x, placed.y, " hide"), ("Datasheet", "", placed.x, placed.y, " hide"),
                  ("Maker", row["maker"], placed.x, placed.y, " hide"), ("Maker number", row["maker_number"], placed.x, placed.y, " hide")]
        if placed.angle == 90:
            fields[0], fields[1] = fields[0][:3] + (y - 0.6, ""), fields[1][:3] + (y + 5.4, "")
        properties = "".join(
            f'\n    (property "{key}" {quoted(text)} (id {index}) (at {number(a)} {number(b)} {placed.angle}) '
            f'(effects (font (size 1.27 1.27)) (justify left){hide}))' for index, (key, text, a, b, hide) in enumerate(fields))
        pins = "".join(f' (pin {quoted(n)} (uuid {self._id(placed.part.reference, n)}))' for n in placed.part.nets)
        return (f'  (symbol (lib_id "carrier:{placed.part.symbol}") (at {number(placed.x)} {number(placed.y)} {placed.angle}) (unit 1) '
                f"(in_bom yes) (on_board yes) (uuid {unique}){properties}\n   {pins})")

    def _supply(self, name, prefix, x, y):
        self.counts[prefix] += 1
        reference = f"{prefix}{self.sheet.name.upper()}{self.counts[prefix]:02}"
        unique = self._id(reference)
        self.instances.append((f"{self.path}/{unique}", reference, name, ""))
        fields = (("Reference", reference, " hide"), ("Value", name, " hide"), ("Footprint", "", " hide"), ("Datasheet", "", " hide"))
        properties = "".join(f' (property "{key}" {quoted(text)} (id {index}) (at {number(x)} {number(y + 3.8)} 0) {_FONT.format(hide)})'
                             for index, (key, text, hide) in enumerate(fields))
        return (f'  (symbol (lib_id "carrier:{name}") (at {number(x)} {number(y)} 0) (unit 1) (in_bom yes) (on_board yes) '
                f'(uuid {unique}){properties} (pin "1" (uuid {self._id(reference, 1)})))')


def title_block(title):
    return (f'(title_block (title {quoted(title)}) (rev "A") (company "BoatTelemetry") '
            f'(comment 1 "Generated from hardware/carrier/circuit.txt: change that") (comment 2 "No board has been built or measured"))')


def root_sheet(sheets, instances):
    """The sheet that holds the others, with the references of all symbols."""
    boxes = []
    for index, sheet in enumerate(sheets):
        x, y = 30.48 + index % 3 * 121.92, 50.8 + index // 3 * 76.2
        names = (("Sheet name", sheet.title, y - 1.27), ("Sheet file", f"{sheet.name}.kicad_sch", y + 52))
        properties = "".join(f' (property "{key}" {quoted(text)} (id {place}) (at {number(x)} {number(at)} 0) '
                             f'(effects (font (size 1.27 1.27)) (justify left bottom)))' for place, (key, text, at) in enumerate(names))
        boxes.append(f"  (sheet (at {number(x)} {number(y)}) (size 101.6 50.8) {_STROKE.format(0.15)} (fill (color 0 0 0 0)) "
                     f"(uuid {identity('sheet', sheet.name)}){properties})")
    pages = "".join(f'\n    (path "/{identity("sheet", sheet.name)}" (page "{index + 2}"))' for index, sheet in enumerate(sheets))
    lines = "".join(f'\n    (path "{path}" (reference "{reference}") (unit 1) (value {quoted(value)}) (footprint {quoted(footprint)}))'
                    for path, reference, value, footprint in instances)
    return (f'(kicad_sch (version 20211123) (generator eeschema)\n  (uuid {identity("root")})\n  (paper "A3")\n'
            f'  {title_block("Carrier board carrier-s3")}\n  (lib_symbols)\n' + "\n".join(boxes)
            + f'\n  (sheet_instances\n    (path "/" (page "1")){pages})\n  (symbol_instances{lines})\n)\n')


def project(sheets):
    """The project file: which sheets there are."""
    return json.dumps({"meta": {"filename": "carrier.kicad_pro", "version": 1}, "sheets": [[identity("root"), ""]] + [
        [identity("sheet", sheet.name), sheet.title] for sheet in sheets]}, indent=2) + "\n"


def sheet_path(sheet):
    return "/" + identity("sheet", sheet.name)
