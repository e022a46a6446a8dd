// Enclosure of the carrier board: box, lid, and the board's place in it. Millimetres.
//   openscad -D 'part="box"' -o box.stl enclosure.scad     (box, lid, all)
// IP67 by design, not tested: a closed ring of cord in a groove outside of which all screws stand, glands and bulkhead
// sockets with their own seals below, a vent that lets pressure out and no water in.

part = "all";

// The board's outline is a proposal: no layout has been drawn. Width and depth, height of its parts, of what hangs below
// it, and its thickness.
board = [120, 90];
board_thick = 1.6;
parts_high = 32;     // plug on a vertical header, and its wires' bend
pins_low = 4;
hole_inset = 5;      // of the M3 holes from the board's corners
cell_wide = 26;      // one 18650 in its holder beside the board; 0 without

wall = 4;             // as long as a gland's thread wants it
flange = 12;         // height of the rim that holds gasket and screws
foot = 16;           // tabs for the bracket's screws
clear = 3;           // around the board
front = 14;          // between board and openings: a gland's nut and the cable's bend
nut = 25.4;          // across the corners of an M16 gland's hexagon (22 mm); an N socket's is smaller
pitch = nut + 1.6;   // from opening to opening: a spanner's side
cord = 3;            // diameter of the gasket's cord
groove_deep = cord * 0.75;   // 25 % squeeze: what makers of silicone cord ask for static seals
groove_wide = cord * 1.15;
screw = 4;           // M4, A4 steel, into brass inserts
insert = 5.6;
gland = 16.2;        // hole for M16 x 1.5
socket = 16.2;       // hole for an N bulkhead socket
vent = 12.2;         // hole for M12 x 1.5
// From the left, the box hanging: LoRa, cellular, supply, engine room, panel, GNSS.
openings = ["socket", "socket", "gland", "gland", "gland", "socket"];

chamfer = 4;         // carries the rim, below it
opening_z = wall + nut / 2 + 1;
// As wide as board and cell or the openings side by side; as deep as the parts, and so that the rim stays above the glands.
inner = [max(board[0] + 2 * clear + cell_wide, len(openings) * pitch), board[1] + clear + front,
         max(parts_high + pins_low + board_thick, opening_z + nut / 2 + chamfer + flange - wall)];
rim = wall + groove_wide + wall + insert + 4;   // from the inside to the outside
outer = [inner[0] + 2 * rim, inner[1] + 2 * rim, inner[2] + wall];
$fn = 48;

module rounded(size, radius) {
    linear_extrude(size[2]) offset(radius) offset(-radius) square([size[0], size[1]], center = true);
}

module ring(offset_in, width, deep) {
    linear_extrude(deep) difference() {
        offset(offset_in + width) square([inner[0], inner[1]], center = true);
        offset(offset_in) square([inner[0], inner[1]], center = true);
    }
}

module corners(inset) {
    for (x = [-1, 1], y = [-1, 1])
        translate([x * (outer[0] / 2 - inset), y * (outer[1] / 2 - inset), 0]) children();
}

module middles(inset) {   // a screw between the corners, so that the lid does not bow
    for (x = [-1, 1]) translate([x * (outer[0] / 2 - inset), 0, 0]) children();
    for (x = [-1, 1], y = [-1, 1]) translate([x * outer[0] / 6, y * (outer[1] / 2 - inset), 0]) children();
}

module screws() {
    corners(insert / 2 + 3) children();
    middles(insert / 2 + 3) children();
}

module board_holes() {
    translate([-cell_wide / 2, (front - clear) / 2, 0])
        for (x = [-1, 1], y = [-1, 1])
            translate([x * (board[0] / 2 - hole_inset), y * (board[1] / 2 - hole_inset), 0]) children();
}

module box() {
    difference() {
        union() {
            rounded([inner[0] + 2 * wall, inner[1] + 2 * wall, outer[2]], wall);
            translate([0, 0, outer[2] - flange]) rounded([outer[0], outer[1], flange], 8);
            hull() {   // carries the rim: prints without supports
                translate([0, 0, outer[2] - flange]) rounded([outer[0], outer[1], 0.1], 8);
                translate([0, 0, outer[2] - flange - chamfer]) rounded([inner[0] + 2 * wall, inner[1] + 2 * wall, 0.1], wall);
            }
            feet() rounded([foot, foot, wall], 4);
        }
        translate([0, 0, wall]) linear_extrude(inner[2] + 1) square([inner[0], inner[1]], center = true);
        translate([0, 0, outer[2] - groove_deep]) ring(wall, groove_wide, groove_deep + 1);
        translate([0, 0, outer[2] - 10]) screws() cylinder(d = insert, h = 11);
        feet() translate([0, 0, -1]) cylinder(d = screw + 0.5, h = wall + 2);
        // Cables below only (the box hangs with this side down): water runs off and drips from the cables' loops.
        for (i = [0 : len(openings) - 1]) opening((i - (len(openings) - 1) / 2) * pitch, openings[i] == "gland" ? gland : socket);
        // The vent in a side, above the cell's end, where no cable wets it and its nut has room.
        translate([inner[0] / 2 - 1, inner[1] / 2 - nut / 2, opening_z]) rotate([0, 90, 0]) cylinder(d = vent, h = wall + 2);
    }
    translate([0, 0, wall]) board_holes() difference() {
        cylinder(d = 8, h = pins_low);
        cylinder(d = 4, h = pins_low + 1);
    }
}

// Between the holes of the feet; bracket.scad uses it.
function feet_apart() = [inner[0] + 2 * wall + foot - 4, 80];

module feet() {
    for (x = [-1, 1], y = [-1, 1]) translate([x * feet_apart()[0] / 2, y * feet_apart()[1] / 2, 0]) children();
}

module opening(x, diameter) {
    translate([x, -inner[1] / 2 + 1, opening_z]) rotate([90, 0, 0]) cylinder(d = diameter, h = wall + 2);
}

module lid() {
    difference() {
        union() {
            rounded([outer[0], outer[1], wall + 1], 8);
            // Tongue into the box: keeps the cord from being pushed in.
            translate([0, 0, -2]) linear_extrude(2.01) square([inner[0] - 0.6, inner[1] - 0.6], center = true);
        }
        translate([0, 0, -1]) screws() cylinder(d = screw + 0.5, h = wall + 4);
        translate([0, 0, -3]) linear_extrude(3) square([inner[0] - 6, inner[1] - 6], center = true);
    }
}

module board_model() {
    translate([-cell_wide / 2, (front - clear) / 2, wall + pins_low]) {
        color("#14532d") translate([-board[0] / 2, -board[1] / 2, 0]) cube([board[0], board[1], board_thick]);
        color("#166534") for (x = [-44, -8, 34]) translate([x, -board[1] / 2 + 8, 6]) cube([24, 9, 11], center = true);
        color("silver") translate([-35, 15, 3]) cube([18, 25.5, 3.1], center = true);
        color("silver") translate([25, 18, 3]) cube([14, 20, 3], center = true);
    }
    if (cell_wide > 0)
        color("#475569") translate([inner[0] / 2 - cell_wide / 2, 0, wall + 12]) rotate([90, 0, 0]) cylinder(d = 18.6, h = 65, center = true);
}

if (part == "box") box();
if (part == "lid") lid();
if (part == "all") {
    color("#94a3b8") box();
    color("#cbd5e1", 0.6) translate([0, 0, outer[2] + 45]) lid();
    board_model();
}
