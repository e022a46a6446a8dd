#!/usr/bin/env python3
"""Writes everything of hardware/ that is generated: build.py [TARGET-FOLDER]. Without a folder: where the release documents stand."""
import sys
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True  # leaves nothing beside the sources

import drawing
import harness
import kicad
import power
from circuit import SourceError, read_circuit, read_parts, read_symbols
from layout import lay_sheet

HARDWARE = Path(__file__).resolve().parent.parent


def carrier_files():
    """The schematic's files: path below hardware/ -> text."""
    symbols = read_symbols(HARDWARE / "carrier/symbols.csv")
    parts = read_parts(HARDWARE / "bom.csv")
    sheets = read_circuit(HARDWARE / "carrier/circuit.txt", symbols)
    count = Counter(net for sheet in sheets for net in sheet.nets())
    shared = {net for net, uses in count.items() if uses > 1}
    uses = Counter(net for sheet in sheets for block in sheet.blocks for part in block.parts for net in part.nets.values())
    files, instances = {}, []
    for sheet in sheets:
        page = lay_sheet(sheet, symbols, uses)
        writer = kicad.SheetWriter(sheet, page, symbols, parts, shared, kicad.sheet_path(sheet))
        files[f"carrier/kicad/{sheet.name}.kicad_sch"] = writer.text(sheet.title)
        files[f"carrier/drawing/{sheet.name}.svg"] = drawing.sheet_drawing(sheet, page, symbols, parts)
        instances += writer.instances
    files["carrier/kicad/carrier.kicad_sch"] = kicad.root_sheet(sheets, instances)
    files["carrier/kicad/carrier.kicad_pro"] = kicad.project(sheets)
    files["carrier/kicad/carrier.kicad_sym"] = kicad.library(symbols)
    files["carrier/kicad/sym-lib-table"] = kicad.LIBRARY_TABLE
    return files


def other_files():
    files = {f"harness/{cable}.svg": content for cable, content in harness.drawings(HARDWARE / "harness").items()}
    files["power.csv"] = power.table(HARDWARE / "power")
    return files


def main(target):
    for name, content in (carrier_files() | other_files()).items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        print(path)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else HARDWARE)
    except (SourceError, ValueError, KeyError, OSError) as error:
        sys.exit(f"build.py: {error}")
