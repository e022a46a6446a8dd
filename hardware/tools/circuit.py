"""Reads the carrier's circuit: circuit.txt (what is connected), symbols.csv (pins), bom.csv (parts)."""
import csv
from dataclasses import dataclass, field
from pathlib import Path

OPEN = "-"
GROUND = "GND"


class SourceError(Exception):
    """A source says something that cannot be; the message names file, line and what."""


@dataclass
class Part:
    reference: str
    symbol: str
    nets: dict  # pin number -> net, or OPEN


@dataclass
class Block:
    title: str
    notes: list = field(default_factory=list)
    parts: list = field(default_factory=list)
    flags: list = field(default_factory=list)


@dataclass
class Sheet:
    name: str
    title: str
    blocks: list = field(default_factory=list)

    def nets(self):
        return {net for block in self.blocks for part in block.parts for net in part.nets.values()} - {OPEN}


def read_symbols(path):
    """Symbol -> {pin number: (name, electrical type)}, in the file's order."""
    symbols = {}
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            symbols.setdefault(row["symbol"], {})[row["pin"]] = (row["name"], row["type"])
    return symbols


def read_parts(path):
    """Reference -> the row of bom.csv that has it."""
    with open(path, newline="") as file:
        return {reference: row for row in csv.DictReader(file) for reference in row["references"].split()}


def read_circuit(path, symbols):
    """The sheets of circuit.txt."""
    sheets = []
    for number, line in logical_lines(path):
        word, _, rest = line.partition(" ")
        try:
            if word == "sheet":
                sheets.append(Sheet(*rest.split(" ", 1)))
            elif word == "block":
                sheets[-1].blocks.append(Block(rest))
            elif word == "note":
                sheets[-1].blocks[-1].notes.append(rest)
            elif word == "flag":
                sheets[-1].blocks[-1].flags.append(rest)
            else:
                sheets[-1].blocks[-1].parts.append(read_part(word, rest.split(), symbols))
        except (SourceError, IndexError) as error:
            raise SourceError(f"{path}:{number}: {line}: {error}") from error
    return sheets


def logical_lines(path):
    """Lines without comments, each joined with the indented ones below it."""
    joined = []
    for number, line in enumerate(Path(path).read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith(" ") and joined:
            joined[-1][1] += " " + line.strip()
        else:
            joined.append([number, line.strip()])
    return joined


def read_part(reference, words, symbols):
    symbol, ends = words[0], words[1:]
    if symbol not in symbols:
        raise SourceError(f"no symbol {symbol} in symbols.csv")
    pins = symbols[symbol]
    if "=" not in ends[0]:
        if len(ends) != len(pins):
            raise SourceError(f"{symbol} has {len(pins)} pins")
        return Part(reference, symbol, dict(zip(pins, ends)))
    nets = {}
    for end in ends:
        name, _, net = end.rpartition("=")
        numbers = [name] if name in pins else [number for number, (pin, _) in pins.items() if pin == name]
        if not numbers or not net:
            raise SourceError(f"{symbol} has no pin {name}")
        nets.update(dict.fromkeys(numbers, net))
    missing = [number for number in pins if number not in nets]
    if missing:
        raise SourceError(f"pins {' '.join(missing)} are neither connected nor open")
    return Part(reference, symbol, nets)
