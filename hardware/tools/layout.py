"""Puts the parts of a sheet on paper. Parts with two pins make rails, as one would draw them; others are boxes with labels."""
from dataclasses import dataclass, field

from circuit import GROUND, OPEN
from symbols import END, PITCH, Shape

PAPER = (420.0, 297.0)  # A3, mm
COLUMNS = (15.24, 213.36)
COLUMN_WIDTH = 190.5
TOP, BOTTOM = 22.86, 262.0
STEP = 6 * PITCH  # along a rail, room for a part's text


@dataclass
class Placed:
    part: object
    shape: Shape
    x: float
    y: float
    angle: int  # 0 upright, 90 lying with the first pin left
    text: tuple  # where reference and value stand


@dataclass
class Page:
    placed: list = field(default_factory=list)
    wires: list = field(default_factory=list)
    junctions: list = field(default_factory=list)
    labels: list = field(default_factory=list)  # net, x, y, direction
    grounds: list = field(default_factory=list)
    opens: list = field(default_factory=list)
    flags: list = field(default_factory=list)
    texts: list = field(default_factory=list)  # text, x, y, size
    frames: list = field(default_factory=list)

    def end(self, net, x, y, direction):
        """What a net's end carries: the ground's sign, the mark of an open pin, or a label."""
        if net == OPEN:
            self.opens.append((x, y))
        elif net == GROUND:
            self.grounds.append((x, y))
        else:
            self.labels.append((net, x, y, direction))


def label_width(net):
    return PITCH * round((len(net) * 1.15 + 4) / PITCH + 0.5)


class BlockLayout:
    """One block, from the upper left corner on."""

    def __init__(self, page, symbols, uses, x, y):
        self.page, self.symbols, self.uses, self.left, self.y = page, symbols, uses, x + PITCH, y
        self.x, self.row_top, self.row_height = self.left, y, 0

    def lay(self, block):
        self.page.texts.append((block.title, self.left, self.y + PITCH, 2.0))
        self.y += 2 * PITCH
        for note in block.notes:
            self.page.texts.append((note, self.left, self.y + PITCH, 1.27))
            self.y += PITCH
        self.row_top = self.y
        for run in runs(block.parts, self.symbols):
            shape = Shape(run[0].symbol, self.symbols[run[0].symbol])
            if shape.is_box:
                self._box(run[0], shape)
            else:
                self._rail(run)
        self._new_row()
        for index, net in enumerate(block.flags):
            self._flag(net, index)
        if block.flags:
            self.row_top += 4 * PITCH
        return self.row_top

    def _room(self, width, height):
        if self.x > self.left and self.x + width > self.left + COLUMN_WIDTH - 2 * PITCH:
            self._new_row()
        self.row_height = max(self.row_height, height)
        x = self.x
        self.x += width
        return x

    def _new_row(self):
        self.row_top += self.row_height
        self.x, self.row_height = self.left, 0

    def _box(self, part, shape):
        left = max((label_width(part.nets[n]) for n, p in shape.pins.items() if p[2] == "left"), default=0)
        right = max((label_width(part.nets[n]) for n, p in shape.pins.items() if p[2] == "right"), default=0)
        x = self._room(left + right + shape.width + 4 * PITCH, shape.height + 4 * PITCH) + left + 2 * PITCH + shape.width / 2
        x = PITCH * round(x / PITCH)
        y = self.row_top + 4 * PITCH
        self.page.placed.append(Placed(part, shape, x, y, 0, (x - shape.width / 2, y - PITCH - 0.8)))
        for number, (px, py, direction) in shape.pins.items():
            if part.nets[number] == GROUND:
                self.page.labels.append((GROUND, x + px, y - py, direction))  # the sign would cover the next pin
            elif self.symbols[part.symbol][number][1] != "no_connect":
                self.page.end(part.nets[number], x + px, y - py, direction)

    def _rail(self, run):
        """Parts in a row: first pin to last, what goes to ground hangs down, what comes from a supply stands up."""
        steps = list(nodes_of(run))
        first, last = list(run[0].nets.values())[0], steps[-1][1][1]
        moves = [how(part, nodes) for part, nodes in steps]
        named = {index: nodes[1] for index, (_, nodes) in enumerate(steps[:-1])
                 if moves[index] == "along" and nodes[1] != last and self._is_used_elsewhere(nodes[1], run)}
        up = (4 if "up" in moves or named else 2) * PITCH
        start = label_width(first)
        x = self._room(start + STEP * len(run) + label_width(last) + PITCH, up + 5 * PITCH) + start
        y = self.row_top + up + PITCH
        self.page.end(first, x, y, "left")
        for index, ((part, _), move) in enumerate(zip(steps, moves)):
            shape = Shape(part.symbol, self.symbols[part.symbol])
            if move == "along":
                self.page.placed.append(Placed(part, shape, x + END + PITCH, y, 90, (x + PITCH + 1.27, y - 2.3)))
                self.page.wires += [(x, y, x + PITCH, y), (x + PITCH + 2 * END, y, x + STEP, y)]
            else:
                at = x + PITCH
                self.page.wires.append((x, y, at, y))
                self._hang(part, shape, at, y, move)
                if index == len(run) - 1 and last == first:
                    return  # nothing behind it that has not been named
                self.page.junctions.append((at, y))
                self.page.wires.append((at, y, x + STEP, y))
            x += STEP
            if index in named:
                self.page.labels.append((named[index], x, y, "up"))
        self.page.end(last, x, y, "right")

    def _is_used_elsewhere(self, net, run):
        return self.uses[net] > sum(list(part.nets.values()).count(net) for part in run)

    def _hang(self, part, shape, x, y, move):
        first, second = part.nets.values()
        if move == "down":
            self.page.placed.append(Placed(part, shape, x, y + END, 0, (x + 2.3, y + END - 0.6)))
            self.page.end(second, x, y + 2 * END, "down")
        else:
            self.page.placed.append(Placed(part, shape, x, y - END, 0, (x + 2.3, y - END - 0.6)))
            self.page.end(first, x, y - 2 * END, "up")

    def _flag(self, net, index):
        x, y = self.left + PITCH * 4 + index * 12 * PITCH, self.row_top + 2 * PITCH
        self.page.flags.append((net, x, y))
        self.page.end(net, x, y, "down" if net == GROUND else "right")


def how(part, nodes):
    first, second = part.nets.values()
    if first == nodes[0] and second == GROUND:
        return "down"
    return "up" if second == nodes[0] and first != nodes[0] else "along"


def nodes_of(run):
    """Each part with the rail's net before and after it."""
    node = list(run[0].nets.values())[0]
    for part in run:
        first, second = part.nets.values()
        after = second if first == node and second != GROUND else node
        yield part, (node, after)
        node = after


def runs(parts, symbols):
    """Boxes alone; parts with two pins together as long as the next is at the net where the last one ended."""
    run, node = [], None
    for part in parts:
        if Shape(part.symbol, symbols[part.symbol]).is_box:
            if run:
                yield run
            run = []
            yield [part]
            continue
        first, second = part.nets.values()
        joins = run and (first == node or second == node and first.startswith("+"))
        if run and (not joins or len(run) == 5):
            yield run
            run = []
        if not run:
            node = first
        run.append(part)
        node = second if first == node and second != GROUND else node
    if run:
        yield run


def lay_sheet(sheet, symbols, uses):
    """The sheet's page: blocks below each other, in two columns. Uses: net -> how many pins of the whole board are on it."""
    page = Page()
    column, y = 0, TOP
    for block in sheet.blocks:
        trial = Page()
        height = BlockLayout(trial, symbols, uses, 0, 0).lay(block)
        if y + height > BOTTOM and column == 0:
            column, y = 1, TOP
        x = COLUMNS[column]
        end = BlockLayout(page, symbols, uses, x, y).lay(block)
        page.frames.append((x, y - PITCH, COLUMN_WIDTH, end - y + PITCH))
        y = PITCH * round((end + 3 * PITCH) / PITCH)
    if y > PAPER[1]:
        raise ValueError(f"sheet {sheet.name} does not fit on its paper: {y:.0f} of {PAPER[1]:.0f} mm")
    return page
