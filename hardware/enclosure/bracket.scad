// Bracket for a bulkhead or a rail: a plate with two ears, the box's flange screwed to it. Millimetres.
//   openscad -o bracket.stl bracket.scad; flat pattern for sheet: openscad -D flat=true -o bracket.dxf bracket.scad
// 316L sheet of 2 mm, or ASA of 6 mm. Isolate steel from an aluminium hull with nylon washers and sleeves.

use <enclosure.scad>

flat = false;
thick = 2;
plate = [210, 120];      // behind the box
ear = 30;                // beside it, for the bulkhead
hole = 6.6;              // M6
box_hole = 4.5;          // M4 through the box's feet
box_holes = feet_apart();
rail = 0;                // outside diameter of a rail for U-bolts; 0 for a bulkhead
$fn = 48;

module outline() {
    difference() {
        offset(8) offset(-8) square([plate[0] + 2 * ear, plate[1]], center = true);
        for (x = [-1, 1], y = [-1, 1]) {
            translate([x * (plate[0] / 2 + ear / 2), y * (plate[1] / 2 - 20)]) hull()
                for (slot = [-4, 4]) translate([0, slot]) circle(d = hole);   // slots: bulkheads are never quite as drawn
            translate([x * box_holes[0] / 2, y * box_holes[1] / 2]) circle(d = box_hole);
        }
        if (rail > 0)
            for (x = [-1, 1], y = [-1, 1]) translate([x * plate[0] / 4, y * (rail + hole) / 2]) circle(d = hole);
        offset(10) offset(-10) square([plate[0] * 0.6, plate[1] * 0.45], center = true);   // weight, and water runs off
    }
}

if (flat) outline(); else linear_extrude(thick) outline();
