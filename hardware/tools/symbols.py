"""How symbols look: where their pins are and what is drawn. Millimetres, y upwards, as in KiCad's symbol files."""
PITCH = 2.54
PIN = 2.54
END = 3.81  # ends of a part with two pins, above and below its middle

_PLATES = [[(-2.03, 0.76), (2.03, 0.76)], [(-2.03, -0.76), (2.03, -0.76)], [(0, 2.54), (0, 0.76)], [(0, -2.54), (0, -0.76)]]
_DIODE = [[(-1.27, -1.27), (1.27, -1.27), (0, 1.27), (-1.27, -1.27)], [(-1.27, 1.27), (1.27, 1.27)], [(0, 2.54), (0, -2.54)]]
_BODY = [[(-1.02, -2.54), (-1.02, 2.54), (1.02, 2.54), (1.02, -2.54), (-1.02, -2.54)]]
_ZENER = _DIODE + [[(1.27, 1.27), (1.27, 0.64)], [(-1.27, 1.27), (-1.27, 1.9)]]
_SWITCH = [[(0, 2.54), (0, 1.5)], [(0, -2.54), (0, -1.5)], [(0, -1.5), (1.3, 1.5)]]
_COIL = [[(0, 2.54), (0.9, 2.2), (0.9, 1.6), (0, 1.27), (0.9, 0.95), (0.9, 0.3), (0, 0), (0.9, -0.3), (0.9, -0.95), (0, -1.27),
          (0.9, -1.6), (0.9, -2.2), (0, -2.54)]]

TWO_PINS = {
    "R": _BODY, "C": _PLATES, "CP": _PLATES + [[(-1.9, 1.9), (-0.9, 1.9)], [(-1.4, 1.4), (-1.4, 2.4)]], "L": _COIL,
    "FUSE": _BODY + [[(0, 2.54), (0, -2.54)]], "SWITCH": _SWITCH, "JUMPER": _SWITCH, "DIODE": _DIODE, "SCHOTTKY": _ZENER,
    "ZENER": _ZENER, "TVS": _ZENER, "ESD": _ZENER, "LED": _DIODE + [[(1.6, -0.2), (2.6, 0.8)], [(1.6, -1), (2.6, 0)]],
    "CELL": _PLATES, "BUZZER": _BODY,
}


class Shape:
    """Pins: number -> (x, y, direction outwards). Lines: polylines. Width and height: of the box, or None."""

    def __init__(self, name, pins):
        self.name = name
        if name in TWO_PINS:
            self.is_box = False
            first, second = pins
            self.pins = {first: (0, END, "up"), second: (0, -END, "down")}
            self.pin_length = END - 2.54
            self.lines = TWO_PINS[name]
        else:
            self.is_box = True
            self.pin_length = PIN
            self._box(pins)

    def _box(self, pins):
        left, right = _sides(pins)
        longest = [max((len(pins[number][0]) for number in side), default=0) for side in (left, right)]
        half = max(2, round((sum(longest) * 1.0 + 4) / 2 / PITCH + 0.5)) * PITCH
        rows = max(len(left), len(right))
        self.width, self.height = 2 * half, (rows + 1) * PITCH
        self.lines = [[(-half, PITCH), (half, PITCH), (half, -rows * PITCH), (-half, -rows * PITCH), (-half, PITCH)]]
        self.pins = {number: (-half - PIN, -row * PITCH, "left") for row, number in enumerate(left)}
        self.pins.update({number: (half + PIN, -row * PITCH, "right") for row, number in enumerate(right)})


def _sides(pins):
    """Supplies and inputs left, the rest right; evened out, so that no side is much longer."""
    numbers = list(pins)
    if len({name for name, _ in pins.values()} & set(numbers)) == len(numbers):
        return [], numbers  # a connector
    left = [number for number in numbers if pins[number][1] in ("power_in", "input")]
    right = [number for number in numbers if number not in left]
    while len(left) - len(right) > 1:
        right.append(left.pop())
    while len(right) - len(left) > 1:
        left.append(right.pop())
    return left, right
