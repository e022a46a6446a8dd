"""Computes power.csv from power/: what each mode of the boat takes from 12 and 24 V, and how long the cell lasts."""
import csv
import io

FIELDS = ["mode", "lora_transmit_permille", "modem_connected_permille", "i_3v3_ma", "i_vmodem_ma", "i_vsys_ma", "power_vsys_mw",
          "power_boat_mw", "i_12v_ma", "i_24v_ma", "cell_hours"]


def rows_of(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def read(folder):
    loads = {row["load"]: row for row in rows_of(folder / "loads.csv")}
    constants = {row["name"]: float(row["value"]) for row in rows_of(folder / "constants.csv")}
    return loads, constants, rows_of(folder / "modes.csv")


def transmit_share(mode, constants):
    """Time on air by the mode's intervals, as far as the law lets it."""
    seconds = 3600 / float(mode["position_s"]) * constants["position_airtime"] / 1000
    seconds += 3600 / float(mode["status_s"]) * constants["event_airtime"] / 1000
    if float(mode["sos_s"]):
        seconds += 3600 / float(mode["sos_s"]) * constants["event_airtime"] / 1000
    return min(seconds, constants["airtime_per_hour"]) / 3600


def connected_share(mode, constants):
    reports = 1 / float(mode["position_s"]) + 1 / float(mode["status_s"])
    return min(1.0, reports * constants["cellular_seconds_per_report"])


def budget(mode, loads, constants):
    current = {name: float(row["current_ma"]) for name, row in loads.items()}
    on_air, connected = transmit_share(mode, constants), connected_share(mode, constants)
    i_3v3 = sum(current[name] for name in ("esp32", "gnss", "gnss_antenna", "sensors", "usb_bridge"))
    i_3v3 += on_air * current["lora_transmit"] + (1 - on_air) * current["lora_receive"]
    i_modem = connected * current["modem_connected"] + (1 - connected) * current["modem_idle"]
    i_vsys = current["lamps"] + (current["alarm_lamp"] + current["buzzer"] if mode["mode"] == "sos" else 0)
    vsys_mw = (i_3v3 * 3.3 / constants["efficiency_3v3"] + i_modem * float(loads["modem_idle"]["volt"]) / constants["efficiency_vmodem"]
               + i_vsys * float(loads["lamps"]["volt"]))
    boat_mw = vsys_mw * (5 / 4.4) / constants["efficiency_path"] / constants["efficiency_5v"]
    cell_mwh = constants["cell_capacity"] * 1000 * constants["cell_voltage"] * constants["cell_usable"]
    values = [on_air * 1000, connected * 1000, i_3v3, i_modem, i_vsys, vsys_mw, boat_mw]
    values += [boat_mw / volt + constants["surge_stopper"] for volt in (12, 24)] + [cell_mwh / vsys_mw]
    return [mode["mode"]] + [f"{value:.1f}" for value in values]


def most_ma(constants):
    """The most that the boat's wire carries: all that the charger takes, at the lowest supply, and a sender."""
    return constants["input_limit_5v"] * 5 / constants["efficiency_5v"] / constants["supply_min"] * 1000 + constants["sender_current"]


def table(folder):
    loads, constants, modes = read(folder)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(FIELDS + ["most_ma", "board_fuse_a", "harness_fuse_a"])
    for mode in modes:
        writer.writerow(budget(mode, loads, constants) + [f"{most_ma(constants):.0f}", f"{constants['board_fuse']:g}",
                                                          f"{constants['harness_fuse']:g}"])
    return out.getvalue()
