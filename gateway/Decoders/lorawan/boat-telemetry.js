// BoatTelemetry over LoRaWAN: payload codec for ChirpStack v4 and The Things Stack v3. Load this one file in either;
// docs/decoders.md says how. Layout: docs/FRAME-SPEC.md ("Other carriers") and docs/FRAME-SPEC-track.md.
//
// ECMAScript 5.1 without modules, console or BigInt: The Things Stack promises no more, and takes 40,960 bytes at most.
// Every integer stays below 2^53 before it is cut to 32 bits, so "| 0" cuts exactly as C#'s int does.

// South-west corner of the operating area, which kind 1 and events count from: 12 S 90 E. The device variables
// area_origin_lat_deg and area_origin_lon_deg override it where the server passes variables (ChirpStack does).
var AREA_ORIGIN_LAT_E5 = -1200000;
var AREA_ORIGIN_LON_E5 = 9000000;

var EPOCH_MS = 1262304000000; // 2010-01-01T00:00:00Z
var HALF_TURN_E5 = 18000000;
var LAT_MAX_E5 = 9000000;
var U32_MAX = 4294967295;
var HIGHEST_BIT = 2147483648;

var PORT_LIVE_AREA = 1;
var PORT_TRACK = 3;
var PORT_SKETCH = 4;
var PORT_EVENT = 5;
var PORT_STATUS = 6;
var PORT_ACKNOWLEDGEMENT = 7;
var PORT_COMMAND = 8;

// Words by code; null is "unknown" or "none", which is left out.
var QUALITY = [null, 'autonomous', 'corrected', 'estimated'];
var MOVEMENT = [null, 'stationary', 'under_way', 'fast'];
var EVENTS = ['sos', 'man_overboard', 'contact_sighted', 'boarding', 'interception', 'rescue', 'tamper', 'bilge',
  'geofence', 'power'];
var POSITION_AGE = ['ten_seconds', 'five_minutes', 'one_hour', 'older'];
var CONFIDENCE = [null, 'low', 'medium', 'high'];
var RESET_CAUSE = [null, 'power_on', 'brown_out', 'watchdog', 'software', 'crash', 'deep_sleep', 'external'];
var BILGE = [null, 'dry', 'water', 'high_water'];
var FAULTS = ['receiver', 'radio', 'modem', 'environment_sensor', 'power_sensor', 'journal'];
var COMMAND_RESULT = [null, 'done', 'refused_not_understood', 'refused_out_of_range', 'refused_expired', 'failed'];
var COMMANDS = [null, 'report_interval', 'status_request', 'backlog_range', 'sos_acknowledged', 'key_change'];
var COMMAND_BYTES = [0, 9, 5, 12, 9, 20];
var EXPIRY_STEP_MS = 8000;
var EXPIRY_NEVER = 268435455; // 28 bits

// ---- what the servers call

function decodeUplink(input) {
  return decodePayload(input, [1, 2, PORT_TRACK, PORT_SKETCH, PORT_EVENT, PORT_STATUS]);
}

function decodeDownlink(input) {
  return decodePayload(input, [PORT_ACKNOWLEDGEMENT, PORT_COMMAND]);
}

// data is what decodeDownlink gives: { kind: "acknowledgement", base_counter, ... } or { kind: "command", command, ... }.
function encodeDownlink(input) {
  var order = new Order(input && input.data);
  var kind = order.word('kind', ['acknowledgement', 'command']);
  var fPort = kind === 'command' ? PORT_COMMAND : PORT_ACKNOWLEDGEMENT;
  if (kind === 'acknowledgement') {
    encodeAcknowledgement(order);
  } else if (kind === 'command') {
    encodeCommand(order);
  }

  order.checkNames();
  return order.errors.length ? { bytes: [], fPort: fPort, errors: order.errors } : { bytes: order.bytes, fPort: fPort };
}

// ---- from bytes

function decodePayload(input, ports) {
  var fPort = input ? input.fPort : undefined;
  if (!(input && input.bytes && input.bytes.length >= 0)) return failed('TooShort: there is no payload');
  if (ports.indexOf(fPort) < 0) return failed('UnknownKind: fPort ' + fPort + ' is none of ' + ports.join(', '));
  var bytes = input.bytes;
  var area = areaOf(input.variables);
  if (area.error) return failed(area.error);
  var reader = new Reader(bytes);
  var flags = 0;
  var data = {};
  if (fPort > 2 && fPort !== PORT_ACKNOWLEDGEMENT) {
    if (bytes.length < 5) return failed('TooShort: ' + bytes.length + ' bytes, flags and counter alone take 5');
    flags = reader.raw(4);
    if (reader.raw(4) !== 0 || (flags & ~flagsDefined(fPort)) !== 0) {
      return failed('ReservedBits: the first byte is ' + bytes[0]);
    }

    data.counter = reader.raw(32);
  }

  var error = lengthError(fPort, flags, bytes.length - reader.bit / 8)
    || decodeBody(fPort, flags, reader, area, data, input);
  return error ? failed(error) : { data: data };
}

function failed(error) {
  return { data: {}, errors: [error] };
}

function flagsDefined(fPort) {
  return fPort === PORT_EVENT ? 15 : fPort === PORT_STATUS ? 12 : 0;
}

function lengthError(fPort, flags, length) {
  var event = flags & 4 ? 18 : 13;
  var status = (flags & 8 ? 50 : 13) + (flags & 4 ? 8 : 0);
  var acknowledgement = length > 8 ? 16 : 8;
  var least = [0, 11, 12, 13, 12, event, status, acknowledgement, 5][fPort];
  var most = [0, 11, 12, 207, 51, event, status, acknowledgement, 20][fPort];
  if (length >= least && length <= most) return null;
  var allowed = least === most ? least : least + ' to ' + most;
  return (length < least ? 'TooShort' : 'TooLong') + ': a body of ' + length + ' bytes, fPort ' + fPort + ' has ' + allowed;
}

function decodeBody(fPort, flags, reader, area, data, input) {
  switch (fPort) {
    case PORT_TRACK:
      return decodeTrack(input.bytes, 5, data);
    case PORT_SKETCH:
      return decodeSketch(input.bytes, 5, data);
    case PORT_EVENT:
      decodeEvent(reader, flags, area, data);
      break;
    case PORT_STATUS:
      decodeStatus(reader, flags, data);
      break;
    case PORT_ACKNOWLEDGEMENT:
      decodeAcknowledgement(reader, input.bytes.length, data);
      break;
    case PORT_COMMAND:
      decodeCommand(reader, input.bytes.length - 5, data);
      break;
    default:
      decodePosition(reader, fPort === PORT_LIVE_AREA ? area : null, data, input.recvTime);
  }

  return reader.error;
}

function areaOf(variables) {
  var area = { lat: AREA_ORIGIN_LAT_E5, lon: AREA_ORIGIN_LON_E5 };
  var names = ['area_origin_lat_deg', 'area_origin_lon_deg'];
  for (var i = 0; i < 2; i++) {
    var given = variables ? variables[names[i]] : undefined;
    if (given === undefined || given === null || given === '') continue;
    var limit = i === 0 ? 90 : 180;
    var valueE5 = Math.round(Number(given) * 100000);
    if (!(Math.abs(valueE5) <= limit * 100000)) {
      return { error: 'variable ' + names[i] + ' is ' + given + ', allowed are -' + limit + ' to ' + limit };
    }

    area[i === 0 ? 'lat' : 'lon'] = valueE5;
  }

  return area;
}

// Reads fields, most significant bit first. A code that the layout does not allow is kept in error, and reading goes on.
function Reader(bytes) {
  this.bytes = bytes;
  this.bit = 0;
  this.error = null;
}

Reader.prototype.raw = function (bits) {
  var value = 0;
  while (bits > 0) {
    var left = 8 - (this.bit & 7);
    var take = bits < left ? bits : left;
    var part = (this.bytes[this.bit >> 3] >> (left - take)) & ((1 << take) - 1);
    value = value * (1 << take) + part;
    this.bit += take;
    bits -= take;
  }

  return value;
};

Reader.prototype.refuse = function (name, code) {
  this.error = this.error || 'FieldOutOfRange: ' + name + ' has the code ' + code;
};

Reader.prototype.reserved = function (bits) {
  var code = this.raw(bits);
  if (code !== 0) this.refuse('reserved', code);
};

Reader.prototype.flag = function () {
  return this.raw(1) === 1;
};

Reader.prototype.word = function (out, name, bits, words) {
  var code = this.raw(bits);
  if (code >= words.length) {
    this.refuse(name, code);
  } else if (words[code] !== null) {
    out[name] = words[code];
  }
};

// Each field is name, bits, zero, step, per, last code: (zero + code * step) / per, so that a decimal fraction is the
// nearest double; all ones is unknown. The first three after bits default to 0, 1, 1.
Reader.prototype.measures = function (out, fields) {
  for (var i = 0; i < fields.length; i++) {
    var field = fields[i];
    var code = this.raw(field[1]);
    if (code === Math.pow(2, field[1]) - 1) continue;
    if (code > field[5]) this.refuse(field[0], code);
    out[field[0]] = field.length > 2 ? (field[2] + code * field[3]) / field[4] : code;
  }
};

Reader.prototype.time = function (out) {
  var seconds = this.raw(31);
  if (seconds !== 2147483647) out.time = timeText(EPOCH_MS + seconds * 1000);
};

// area is null in the world form. Only an event may be without a position.
Reader.prototype.position = function (out, area, mayLack) {
  var north = this.raw(area ? 21 : 25);
  var east = this.raw(area ? 23 : 26);
  if (!area && mayLack && north === 33554431 && east === 67108863) return;
  var lat = (area ? area.lat : -LAT_MAX_E5) + north;
  var lon = (area ? area.lon : -HALF_TURN_E5) + east;
  if (lat > LAT_MAX_E5) this.refuse('lat', north);
  if (!area && east >= 2 * HALF_TURN_E5) this.refuse('lon', east);
  out.lat_deg = lat / 100000;
  out.lon_deg = (lon >= HALF_TURN_E5 ? lon - 2 * HALF_TURN_E5 : lon) / 100000;
};

function timeText(ms) {
  return new Date(ms).toISOString().slice(0, 19) + 'Z';
}

function decodePosition(reader, area, data, received) {
  data.kind = 'position';
  reader.position(data, area, false);
  var second = reader.raw(17);
  if (second >= 86400) {
    reader.refuse('second', second);
  } else {
    data.time_of_day = timeText(second * 1000).slice(11);
    addInstant(data, second, received);
  }

  reader.measures(data, [['sog_kn', 10, 0, 1, 10], ['cog_deg', 9, 0, 1, 1, 359]]);
  reader.word(data, 'quality', 2, QUALITY);
  data.on_battery = reader.flag();
  reader.word(data, 'movement', 2, MOVEMENT);
  data.alarm = reader.flag();
  data.backlog_pending = reader.flag();
  reader.reserved(area ? 1 : 2);
}

// A live frame has the second of the day only: of all instants with it, the one nearest to the reception, which servers
// tell as recvTime since ChirpStack 4.8 and The Things Stack 3.33.1.
function addInstant(data, second, received) {
  var at = received ? new Date(received).getTime() : NaN;
  if (!isNaN(at)) {
    var days = Math.ceil((at - second * 1000) / 86400000 - 0.5);
    data.time = timeText(days * 86400000 + second * 1000);
  }
}

var CONTACT = [['contact_bearing_deg', 9, 0, 1, 1, 359], ['contact_distance_m', 12, 0, 10, 1],
  ['contact_cog_deg', 9, 0, 1, 1, 359], ['contact_sog_kn', 10, 0, 1, 10]];

function decodeEvent(reader, flags, area, data) {
  data.kind = 'event';
  reader.time(data);
  reader.position(data, flags & 8 ? null : area, true);
  if (data.lat_deg !== undefined) data.position_age = POSITION_AGE[flags & 3];
  reader.word(data, 'event', 4, EVENTS);
  reader.measures(data, [['persons', 6], ['vessels', 4]]);
  reader.word(data, 'confidence', 2, CONFIDENCE);
  var code = reader.raw(6);
  if (code !== 0) data.code = code;
  reader.reserved(flags & 8 ? 0 : 7);
  if (flags & 4) reader.measures(data, CONTACT);
}

function decodeStatus(reader, flags, data) {
  data.kind = 'status';
  reader.time(data);
  reader.measures(data, STATUS_1);
  reader.word(data, 'reset_cause', 4, RESET_CAUSE);
  reader.word(data, 'bilge', 2, BILGE);
  reader.measures(data, [['satellites', 5]]);
  var faults = reader.raw(6);
  data.faults = FAULTS.filter(function (name, i) { return (faults & (32 >> i)) !== 0; });
  data.safe_mode = reader.flag();
  data.on_battery = reader.flag();
  var uptimeClass = reader.raw(4);
  if (flags & 8) {
    decodeLongStatus(reader, data);
    if (uptimeClassOf(data.uptime_s) !== uptimeClass) reader.refuse('uptime', uptimeClass);
  } else if (uptimeClass < 15) {
    data.uptime_at_least_s = uptimeClass === 0 ? 0 : 60 << (uptimeClass - 1);
  }

  if (flags & 4) reader.measures(data, LOSSES);
}

// name, bits, and where they differ from a plain count: zero, step, per, last code
var LONG_STATUS_1 = [
  ['humidity_pct', 7, 0, 1, 1, 100], ['pressure_hpa', 11, 85000, 20, 100, 2045],
  ['supply_current_a', 11, -10220, 10, 1000, 2044], ['battery_current_a', 11, -10220, 10, 1000, 2044],
  ['bilge_level_cm', 8], ['engine_1_rpm', 10, 0, 10, 1], ['engine_2_rpm', 10, 0, 10, 1], ['engine_hours_h', 20, 0, 1, 10],
  ['hdop', 8, 0, 1, 10], ['rssi_dbm', 8, 0, -1, 1], ['snr_db', 8, -3200, 25, 100], ['airtime_permille', 10, 0, 1, 1, 1000],
  ['uptime_s', 28], ['live_counter', 32], ['dropped', 16], ['fixes_refused', 16], ['free_memory_kib', 10]
];
var STATUS_1 = [['supply_v', 8, 0, 200, 1000], ['battery_v', 7, 2500, 20, 1000], ['oldest_held_back', 16], ['backlog', 12],
  ['temperature_c', 7, -40, 1, 1]];

var LOSSES = [['frames_damaged', 16], ['sos_dropped', 12], ['events_lost', 12], ['fixes_lost', 24]];

function decodeLongStatus(reader, data) {
  reader.measures(data, LONG_STATUS_1);
  var firmware = reader.raw(24);
  if (firmware !== 16777215) data.firmware = (firmware >> 16) + '.' + ((firmware >> 8) & 255) + '.' + (firmware & 255);
  reader.measures(data, [['last_command', 32]]);
  reader.word(data, 'command_result', 4, COMMAND_RESULT);
  reader.measures(data, [['board_temperature_c', 8, -40, 1, 1]]);
  reader.reserved(4);
}

function uptimeClassOf(seconds) {
  if (seconds === undefined) return 15;
  var result = 0;
  for (var minutes = Math.floor(seconds / 60); minutes > 0 && result < 14; minutes >>= 1) result++;
  return result;
}

function decodeAcknowledgement(reader, length, data) {
  data.kind = 'acknowledgement';
  data.base_counter = reader.raw(32);
  data.bitmap = reader.raw(32);
  if (length > 8) {
    data.selective_first = reader.raw(32);
    data.selective_bitmap = reader.raw(32);
    if (data.selective_bitmap < HIGHEST_BIT) reader.refuse('selective_bitmap', data.selective_bitmap);
  }
}

function decodeCommand(reader, length, data) {
  data.kind = 'command';
  var code = reader.raw(4);
  if (!COMMANDS[code] || COMMAND_BYTES[code] !== length) {
    reader.refuse('command', code + ' in a body of ' + length + ' bytes');
    return;
  }

  data.command = COMMANDS[code];
  var expiry = reader.raw(28);
  if (expiry !== EXPIRY_NEVER) data.expiry = timeText(EPOCH_MS + expiry * EXPIRY_STEP_MS);
  switch (data.command) {
    case 'report_interval':
      data.live_interval_s = reader.raw(16);
      data.track_interval_s = reader.raw(8);
      data.duration_min = reader.raw(16);
      break;
    case 'status_request':
      data.long_status = reader.flag();
      reader.reserved(7);
      break;
    case 'backlog_range':
      data.from_counter = reader.raw(32);
      data.to_counter = reader.raw(32);
      if (data.from_counter > data.to_counter) reader.refuse('to_counter', data.to_counter);
      break;
    case 'sos_acknowledged':
      data.event_counter = reader.raw(32);
      data.sos_code = reader.raw(8);
      break;
    default:
      data.key = '';
      for (var i = 0; i < 16; i++) data.key += (256 + reader.raw(8)).toString(16).slice(1).toUpperCase();
  }
}

// ---- to bytes

// Takes fields out of an order. Nothing is brought into range in silence: an order is carried out as given, or not given.
function Order(data) {
  this.data = data !== null && typeof data === 'object' ? data : {};
  this.names = [];
  this.bytes = [];
  this.errors = [];
  this.pending = 0;
  this.pendingBits = 0;
}

Order.prototype.take = function (name) {
  this.names.push(name);
  return this.data[name];
};

Order.prototype.refuse = function (name, value, allowed) {
  var text = value === undefined ? 'missing' : typeof value === 'string' ? '"' + value + '"' : String(value);
  this.errors.push(name + ' is ' + text + ', allowed: ' + allowed);
};

Order.prototype.integer = function (name, max, least) {
  var value = this.take(name);
  var min = least || 0;
  if (typeof value === 'number' && value >= min && value <= max && Math.floor(value) === value) return value;
  this.refuse(name, value, 'whole numbers from ' + min + ' to ' + max);
  return 0;
};

Order.prototype.whole = function (name, bits, least) {
  this.put(this.integer(name, Math.pow(2, bits) - 1, least), bits);
};

Order.prototype.word = function (name, words) {
  var value = this.take(name);
  if (words.indexOf(value) < 0) this.refuse(name, value, words.join(', '));
  return value;
};

Order.prototype.bool = function (name) {
  var value = this.take(name);
  if (value !== true && value !== false) this.refuse(name, value, 'true, false');
  return value === true;
};

Order.prototype.put = function (value, bits) {
  while (bits > 0) {
    bits--;
    this.pending = this.pending * 2 + (Math.floor(value / Math.pow(2, bits)) % 2);
    if (++this.pendingBits === 8) {
      this.bytes.push(this.pending);
      this.pending = 0;
      this.pendingBits = 0;
    }
  }
};

Order.prototype.checkNames = function () {
  for (var name in this.data) {
    if (this.names.indexOf(name) < 0) {
      this.errors.push(name + ' is no field of this order, allowed: ' + this.names.join(', '));
    }
  }
};

function encodeAcknowledgement(order) {
  order.whole('base_counter', 32);
  order.whole('bitmap', 32);
  if (order.data.selective_first !== undefined || order.data.selective_bitmap !== undefined) {
    order.whole('selective_first', 32);
    order.whole('selective_bitmap', 32, HIGHEST_BIT);
  }
}

function encodeCommand(order) {
  var command = order.word('command', COMMANDS.slice(1));
  order.put(0, 8);
  order.put(downlinkCounter(order), 32);
  order.put(Math.max(COMMANDS.indexOf(command), 0), 4);
  order.put(expirySteps(order), 28);
  switch (command) {
    case 'report_interval':
      order.whole('live_interval_s', 16);
      order.whole('track_interval_s', 8);
      order.whole('duration_min', 16);
      break;
    case 'status_request':
      order.put(order.bool('long_status') ? 1 : 0, 1);
      order.put(0, 7);
      break;
    case 'backlog_range':
      encodeRange(order);
      break;
    case 'sos_acknowledged':
      order.whole('event_counter', 32);
      order.whole('sos_code', 8);
      break;
    case 'key_change':
      encodeKey(order);
      break;
  }
}

// Downlink counters count seconds since 2010 (FRAME-SPEC, Counters); without one, this second's.
function downlinkCounter(order) {
  if (order.data.counter !== undefined) return order.integer('counter', U32_MAX);
  order.names.push('counter');
  return Math.floor((Date.now() - EPOCH_MS) / 1000);
}

function expirySteps(order) {
  var text = order.take('expiry');
  if (text === undefined) return EXPIRY_NEVER;
  var latest = EPOCH_MS + (EXPIRY_NEVER - 1) * EXPIRY_STEP_MS;
  var ms = typeof text === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(text) ? Date.parse(text) : NaN;

  // Some engines read 30 February as 2 March: written back, it differs.
  if (isNaN(ms) || new Date(ms).toISOString().slice(0, 19) !== text.slice(0, 19) || ms < EPOCH_MS || ms > latest) {
    order.refuse('expiry', text, timeText(EPOCH_MS) + ' to ' + timeText(latest) + ' in this form, or left out: never');
    return EXPIRY_NEVER;
  }

  return Math.ceil((ms - EPOCH_MS) / EXPIRY_STEP_MS);
}

function encodeRange(order) {
  var from = order.integer('from_counter', U32_MAX);
  var to = order.integer('to_counter', U32_MAX);
  if (from > to) order.refuse('to_counter', to, 'from_counter (' + from + ') or more');
  order.put(from, 32);
  order.put(to, 32);
}

function encodeKey(order) {
  var key = order.take('key');
  if (typeof key !== 'string' || !/^[0-9A-Fa-f]{32}$/.test(key)) {
    // The key itself has no place in a server's log.
    order.errors.push('key is ' + (key === undefined ? 'missing' : 'not a key') + ', allowed: 32 hexadecimal digits');
    return;
  }

  for (var i = 0; i < 32; i += 2) order.put(parseInt(key.slice(i, i + 2), 16), 8);
}

// ---- tracks (firmware/Core/Tracks, bit by bit)

var TOTAL = 65536; // of probability
var BIT_LEAST = 32;
var BIT_EXPERIENCE_MAX = 126;

// The range decoder. It reads zeros behind the end, and every call ends whatever the bytes are.
function Coder(bytes, at) {
  this.bytes = bytes;
  this.at = at;
  this.range = 1 << 30;
  this.unit = 0;
  this.code = (coderNext(this) << 22) | (coderNext(this) << 14) | (coderNext(this) << 6);
  this.previous = coderNext(this);
  this.code |= this.previous >> 2;
}

function coderNext(o) {
  return o.at < o.bytes.length ? o.bytes[o.at++] : 0;
}

function coderPeek(o) {
  o.unit = o.range >> 16;
  var target = (o.code / o.unit) | 0;
  return target < TOTAL ? target : TOTAL - 1;
}

function coderTake(o, start, frequency) {
  var code = o.code - start * o.unit;
  var range = frequency * o.unit;
  code = code >= range ? range - 1 : code < 0 ? 0 : code;
  while (range < 4194304) {
    range <<= 8;
    var next = coderNext(o);
    code = (code << 8) | ((o.previous & 3) << 6) | (next >> 2);
    o.previous = next;
  }

  o.code = code;
  o.range = range;
}

function coderBits(o, count) {
  var shift = 16 - count;
  var value = coderPeek(o) >> shift;
  coderTake(o, value << shift, 1 << shift);
  return value;
}

// A yes-or-no question whose probability follows its answers.
function Bit(prior, experience) {
  this.yes = prior;
  this.experience = experience;
}

function bitDecode(o, coder) {
  var answer = coderPeek(coder) < o.yes;
  coderTake(coder, answer ? 0 : o.yes, answer ? o.yes : TOTAL - o.yes);
  var target = answer ? TOTAL - BIT_LEAST : BIT_LEAST;
  o.yes += ((target - o.yes) / (o.experience + 2)) | 0;
  if (o.experience < BIT_EXPERIENCE_MAX) o.experience++;
  return answer;
}

var WINDOW = 127;
var ESCAPE = 33;
var MASS = TOTAL - ESCAPE - 2 * WINDOW - 1;
var TWICE_HALF_MASS = 2 * (MASS >> 1);
var Z_MAX = 512;
var WIDE_SCALE = 8 << 8;
var RESIDUAL_LEAST = 32;
var WEIGHT_FLOOR = 8;
var WEIGHT_TOTAL = 256;
var YOUNG_SCALE_GAIN = [32, 26, 20, 16, 14, 12, 10, 9, 8, 7, 7, 6, 6, 5, 5];

// Core's tables, made here because of the 40,960 bytes: mass below 0 to 16 mean residuals above the prediction, in steps
// of 1/32, and 4096 cos of degrees. No entry is nearer than 9e-4 to a half, so any engine's exp and cos round alike.
var UPPER_HALF = [];
var COSINE = [];
(function () {
  var half = MASS >> 1;
  for (var i = 0; i <= Z_MAX; i++) {
    var z = i / 32 / 0.72;
    UPPER_HALF.push(Math.round(half + half * (0.6 * (1 - Math.exp(-z)) + 0.4 * z / Math.sqrt(2 + z * z))));
  }

  for (var degree = 0; degree <= 90; degree++) COSINE.push(Math.round(4096 * Math.cos(degree * Math.PI / 180)));
})();

// A number under a mixture of three predictions (ResidualModel.cs); value is what was decoded.
function Residual(scale) {
  residualReset(this, scale);
}

function residualReset(o, scale) {
  o.weight0 = o.weight1 = (WEIGHT_TOTAL / 3) | 0;
  o.weight2 = WEIGHT_TOTAL - o.weight0 - o.weight1;
  o.experience = 0;
  o.scale0 = o.scale1 = o.scale2 = scale;
}

// Whether the number lay inside the window.
function residualDecode(o, coder, mean0, mean1, mean2) {
  var centre = (mean1 + 128) >> 8;
  var target = coderPeek(coder);
  if (target >= TOTAL - ESCAPE) {
    coderTake(coder, TOTAL - ESCAPE, ESCAPE);
    o.value = centre + decodeFar(coder);
    return false;
  }

  var base = (centre << 8) - 128;
  var edge0 = base - mean0;
  var edge1 = base - mean1;
  var edge2 = base - mean2;
  var found = residualFind(o, target, edge0, edge1, edge2);
  var start = residualStart(o, found, edge0, edge1, edge2);
  var low0 = o.below0;
  var low1 = o.below1;
  var low2 = o.below2;
  coderTake(coder, start, residualStart(o, found + 1, edge0, edge1, edge2) - start);
  residualWeigh(o, o.weight0 * (o.below0 - low0), o.weight1 * (o.below1 - low1), o.weight2 * (o.below2 - low2));
  o.value = centre + found;
  var at = o.value << 8;
  residualRescale(o, at - mean0, at - mean1, at - mean2);
  return true;
}

// The largest offset in the window whose interval starts at or below the target: outwards from 0 in doubling steps, for
// most are small, then by halves.
function residualFind(o, target, edge0, edge1, edge2) {
  var step = residualStart(o, 0, edge0, edge1, edge2) <= target ? 1 : -1;
  var near = 0;
  var far = step;
  while (far > -WINDOW && far <= WINDOW && (residualStart(o, far, edge0, edge1, edge2) <= target) === (step > 0)) {
    near = far;
    step *= 2;
    far += step;
  }

  var low = step > 0 ? near : Math.max(far, -WINDOW);
  var high = step > 0 ? Math.min(far, WINDOW + 1) : near;
  while (high - low > 1) {
    var middle = (low + high) >> 1;
    if (residualStart(o, middle, edge0, edge1, edge2) <= target) low = middle;
    else high = middle;
  }

  return low;
}

// Where the interval of an offset starts; the masses below its edge stay in below0 to below2.
function residualStart(o, offset, edge0, edge1, edge2) {
  var shift = offset * 256;
  o.below0 = below(edge0 + shift, o.scale0);
  o.below1 = below(edge1 + shift, o.scale1);
  o.below2 = below(edge2 + shift, o.scale2);
  return ((o.weight0 * o.below0 + o.weight1 * o.below1 + o.weight2 * o.below2) >> 8) + offset + WINDOW;
}

function residualWeigh(o, product0, product1, product2) {
  product0 = (product0 >> 4) + 1;
  product1 = (product1 >> 4) + 1;
  var sum = product0 + product1 + (product2 >> 4) + 1;
  var span = WEIGHT_TOTAL - 3 * WEIGHT_FLOOR;
  o.weight0 = WEIGHT_FLOOR + (((product0 * span) / sum) | 0);
  o.weight1 = WEIGHT_FLOOR + (((product1 * span) / sum) | 0);
  o.weight2 = WEIGHT_TOTAL - o.weight0 - o.weight1;
}

function residualRescale(o, residual0, residual1, residual2) {
  var gain = o.experience < YOUNG_SCALE_GAIN.length ? YOUNG_SCALE_GAIN[o.experience++] : 4;
  o.scale0 += ((size(residual0) - o.scale0) * gain) >> 6;
  o.scale1 += ((size(residual1) - o.scale1) * gain) >> 6;
  o.scale2 += ((size(residual2) - o.scale2) * gain) >> 6;
}

function size(residual) {
  var magnitude = residual < 0 ? -residual : residual;
  return magnitude < RESIDUAL_LEAST ? RESIDUAL_LEAST : magnitude;
}

// The mass below a point that lies so far above the mean.
function below(distance, scale) {
  var far = distance < 0 ? -distance : distance;
  var upper;
  var z;
  if (scale < WIDE_SCALE) {
    z = ((far << 5) / scale) | 0;
    upper = UPPER_HALF[z < Z_MAX ? z : Z_MAX];
  } else {
    z = ((far << 8) / scale) | 0;
    upper = UPPER_HALF[Z_MAX];
    if (z < Z_MAX << 3) {
      upper = UPPER_HALF[z >> 3];
      upper += ((UPPER_HALF[(z >> 3) + 1] - upper) * (z & 7)) >> 3;
    }
  }

  return distance < 0 ? TWICE_HALF_MASS - upper : upper;
}

// Sign, number of bits (5), then the bits below the leading one.
function decodeFar(coder) {
  var head = coderBits(coder, 6);
  var bits = head & 31;
  bits = bits > 27 ? 27 : bits;
  var magnitude = 1 << bits;
  if (bits > 16) {
    magnitude |= coderBits(coder, bits - 16) << 16;
    bits = 16;
  }

  if (bits > 0) magnitude |= coderBits(coder, bits);
  return (head & 32) !== 0 ? -magnitude : magnitude;
}

var ONE_INTERVAL = 16;
var MEAN_MAX = 1 << 20;
var STEP_MAX = MEAN_MAX >> 8;
var SECOND_SCALE = 3 << 8;
var YOUNG_ALPHA = [53, 45, 38, 34, 30, 27, 24, 22, 20];
var YOUNG_BETA = [
  512, 307, 205, 146, 110, 85, 68, 56, 47, 39, 34, 29, 26, 23, 20, 18, 16, 15, 13, 12, 11, 10, 9, 9, 8, 8, 7, 7, 6, 6
];

// One coordinate of the boat's motion: three alpha-beta filters (MotionAxis.cs).
function Axis(firstScale) {
  this.error1 = this.error2 = 0;
  this.velocity0 = this.velocity1 = this.velocity2 = 0;
  this.steps = 0;
  this.residual = new Residual(firstScale);
}

function axisRescale(o, toMinutes) {
  var by = toMinutes ? 3 : 5;
  var per = toMinutes ? 5 : 3;
  o.error1 = o.error2 = 0;
  o.velocity0 = scaled(o.velocity0, by, per);
  o.velocity1 = scaled(o.velocity1, by, per);
  o.velocity2 = scaled(o.velocity2, by, per);
}

function axisDecode(o, coder, ratio16) {
  var mean0 = limited((o.velocity0 * ratio16) >> 4, MEAN_MAX);
  var mean1 = limited(((o.velocity1 * ratio16) >> 4) + o.error1, MEAN_MAX);
  var mean2 = limited(((o.velocity2 * ratio16) >> 4) + o.error2, MEAN_MAX);
  var near = residualDecode(o.residual, coder, mean0, mean1, mean2);
  var step = o.residual.value;
  if (near && o.steps !== 0 && step <= STEP_MAX && step >= -STEP_MAX) {
    var at = step << 8;
    axisLearn(o, at - mean0, at - mean1, at - mean2, ratio16);
  } else {
    axisLearnJump(o, step, ratio16);
  }

  return step;
}

function axisLearn(o, residual0, residual1, residual2, ratio16) {
  var alpha1 = 38;
  var alpha2 = 20;
  var beta0 = 5;
  var beta1 = 256;
  var beta2 = 51;
  var n = o.steps;
  if (n <= YOUNG_BETA.length) {
    o.steps = n + 1;
    beta0 = YOUNG_BETA[n - 1];
    beta1 = Math.max(beta0, beta1);
    beta2 = Math.max(beta0, beta2);
    if (n <= YOUNG_ALPHA.length) {
      alpha2 = YOUNG_ALPHA[n - 1];
      alpha1 = Math.max(alpha1, alpha2);
    }
  }

  o.error1 = ((alpha1 - 64) * residual1) >> 6;
  o.error2 = ((alpha2 - 64) * residual2) >> 6;
  o.velocity0 = (o.velocity0 + axisChange(beta0, residual0, ratio16)) | 0;
  o.velocity1 = (o.velocity1 + axisChange(beta1, residual1, ratio16)) | 0;
  o.velocity2 = (o.velocity2 + axisChange(beta2, residual2, ratio16)) | 0;
}

function axisChange(beta, residual, ratio16) {
  return ((((beta * residual + 512) >> 10) * ONE_INTERVAL) / ratio16) | 0;
}

function axisLearnJump(o, step, ratio16) {
  o.error1 = o.error2 = 0;
  if (o.steps === 0) {
    o.steps = 1;
    var velocity = (((limited(step, STEP_MAX) << 8) / ratio16) | 0) * ONE_INTERVAL;
    o.velocity0 = o.velocity1 = o.velocity2 = limited(velocity, MEAN_MAX);
    residualReset(o.residual, SECOND_SCALE);
  }
}

function scaled(value, by, per) {
  return (((value * by) | 0) / per) | 0;
}

function limited(value, limit) {
  return value > limit ? limit : value < -limit ? -limit : value;
}

// The times of a track (IntervalModel.cs).
function Intervals(nominal) {
  this.irregular = [new Bit(1024, 3), new Bit(1024, 3), new Bit(10922, 3), new Bit(21845, 3), new Bit(10922, 3)];
  this.sameAgain = new Bit(TOTAL >> 1, 0);
  this.nominal = nominal;
  this.lastIrregular = nominal + 1;
  this.sinceIrregular = 0;
  this.spacing = -1;
  this.byTime = nominal === 1;
}

function intervalDecode(o, coder) {
  if (!bitDecode(o.irregular[intervalContext(o)], coder)) {
    o.sinceIrregular++;
    return o.nominal;
  }

  var interval = bitDecode(o.sameAgain, coder) ? o.lastIrregular : coderBits(coder, 12);
  if (interval !== 0) {
    o.lastIrregular = interval;
    o.spacing = o.sinceIrregular;
    o.sinceIrregular = 0;
  }

  return interval;
}

function intervalContext(o) {
  var due = o.spacing - o.sinceIrregular;
  return o.spacing < 0 ? 0 : due > 1 ? 1 : due === 1 ? 2 : due === 0 ? 3 : 4;
}

function intervalOneOff(o, interval) {
  return interval === o.nominal + 1 || interval === o.nominal - 1;
}

// How far the boat moves in an interval, in 1/16 of what it moves in the nominal one.
function intervalSixteenths(o, interval) {
  if (interval === o.nominal || (intervalOneOff(o, interval) && !o.byTime)) return ONE_INTERVAL;
  var result = ((interval * ONE_INTERVAL) / o.nominal) | 0;
  return result < 1 ? 1 : result > 256 ? 256 : result;
}

function intervalJudge(o, interval, moved, expected256) {
  if (intervalOneOff(o, interval) && expected256 >= 512 && moved <= 4096) {
    var byTime256 = scaled(expected256, interval, o.nominal);
    o.byTime = Math.abs((moved << 8) - byTime256) < Math.abs((moved << 8) - expected256);
  }
}

// Speed and course as reported (SpeedCourseModel.cs).
function SpeedCourse() {
  this.speed = new Residual(30 << 8);
  this.course = new Residual(60 << 8);
  this.speedUnknown = new Bit(TOTAL >> 6, 4);
  this.courseUnknown = new Bit(TOTAL >> 6, 4);
  this.lastSpeed = this.lastCourse = 0;
  this.derivedSpeed256 = this.derivedCourse256 = 0;
}

function reportDerive(o, north, east, latE5, intervalS) {
  var shift = 0;
  while (north > 16384 || north < -16384 || east > 16384 || east < -16384) {
    north >>= 1;
    east >>= 1;
    shift++;
  }

  east = (east * COSINE[(Math.abs(latE5) / 100000) | 0]) >> 12;
  var length = Math.floor(Math.sqrt(north * north + east * east));
  var speed256 = ((((length * 5533) >> 8) / intervalS) | 0) << shift;
  o.derivedSpeed256 = Math.min(speed256, MEAN_MAX);
  if (length !== 0) o.derivedCourse256 = bearing256(north, east);
}

// null is unknown; a speed may be out of range.
function reportDecodeSpeed(o, coder) {
  if (bitDecode(o.speedUnknown, coder)) return null;
  var derived = o.derivedSpeed256 - (o.lastSpeed << 8);
  residualDecode(o.speed, coder, 0, derived >> 1, derived);
  var speed = o.lastSpeed + o.speed.value;
  if (speed >= 0 && speed <= 4095) o.lastSpeed = speed;
  return speed;
}

function reportDecodeCourse(o, coder) {
  if (bitDecode(o.courseUnknown, coder)) return null;
  var derived = o.derivedCourse256 - (o.lastCourse << 8);
  derived += derived > 46080 ? -92160 : derived <= -46080 ? 92160 : 0;
  residualDecode(o.course, coder, 0, derived >> 1, derived);
  var turn = o.course.value;
  if (turn <= -360 || turn >= 360) return -1;
  return (o.lastCourse = (o.lastCourse + turn + 360) % 360);
}

function bearing256(north, east) {
  var up = Math.abs(north);
  var right = Math.abs(east);
  var angle = right <= up ? octant256(((right << 10) / up) | 0) : 23040 - octant256(((up << 10) / right) | 0);
  angle = north < 0 ? 46080 - angle : angle;
  return east < 0 && angle !== 0 ? 92160 - angle : angle;
}

function octant256(tangent) {
  return (tangent * 11520 + ((tangent * (1024 - tangent)) >> 10) * 4004) >> 10;
}

// 0.001' is 5/3 of 1e-5 degree.
function minutesFromE5(e5) {
  return Math.floor((3 * e5 + 2) / 5);
}

function e5FromMinutes(thousandths) {
  return Math.floor((5 * thousandths + 1) / 3);
}

function onMinutes(e5) {
  var fifth = Math.abs(e5) % 5;
  return fifth !== 1 && fifth !== 4;
}

function wrapped(longitude, halfTurn) {
  return longitude >= halfTurn ? longitude - 2 * halfTurn : longitude < -halfTurn ? longitude + 2 * halfTurn : longitude;
}

// start:32 lat:25 lon:26, with which tracks and sketches begin.
function BlockStart(reader) {
  this.utcS = reader.raw(32);
  this.lat = reader.raw(25) - LAT_MAX_E5;
  this.lon = reader.raw(26) - HALF_TURN_E5;
}

function startIsOnGlobe(o) {
  return o.lat <= LAT_MAX_E5 && o.lon < HALF_TURN_E5;
}

function decodeTrack(bytes, at, data) {
  data.kind = 'track';
  var reader = new Reader(bytes);
  reader.bit = at * 8;
  var start = new BlockStart(reader);
  var count = reader.raw(12);
  var interval = reader.raw(7);
  var withSpeed = reader.flag();
  var inMinutes = reader.flag();
  if (count === 0) return 'NoFixes: the count is 0';
  if (!startIsOnGlobe(start) || (inMinutes && !(onMinutes(start.lat) && onMinutes(start.lon)))) {
    return 'OutOfRange: the first fix';
  }

  data.interval_s = interval < 64 ? interval + 1 : (interval - 62) * 60;
  var track = new Track(new Coder(bytes, at + 13), start, data.interval_s, withSpeed, inMinutes);
  data.fixes = [];
  for (var i = 0; i < count; i++) {
    var error = trackRead(track, i === 0);
    if (error) return error + ': fix ' + (i + 1) + ' of ' + count;
    data.fixes.push(trackFix(track));
  }

  return null;
}

// What encoder and decoder know alike while they walk through a block (TrackModel.cs, TrackDecoder.cs).
function Track(coder, start, interval, withSpeed, inMinutes) {
  var scale = interval > 15 ? 64 << 8 : (2 + 2 * interval) << 8;
  this.coder = coder;
  this.utcS = start.utcS;
  this.inMinutes = inMinutes;
  this.lat = inMinutes ? minutesFromE5(start.lat) : start.lat;
  this.lon = inMinutes ? minutesFromE5(start.lon) : start.lon;
  this.interval = interval;
  this.intervals = new Intervals(interval);
  this.north = new Axis(scale);
  this.east = new Axis(scale);
  this.speedCourse = withSpeed ? new SpeedCourse() : null;
  this.sog = this.cog = null;
  this.switches = 0;
}

function trackLatE5(o) {
  return o.inMinutes ? e5FromMinutes(o.lat) : o.lat;
}

function trackLonE5(o) {
  return o.inMinutes ? e5FromMinutes(o.lon) : o.lon;
}

function trackFix(o) {
  var fix = { time: timeText(o.utcS * 1000), lat_deg: trackLatE5(o) / 100000, lon_deg: trackLonE5(o) / 100000 };
  if (o.sog !== null) fix.sog_kn = o.sog / 10;
  if (o.cog !== null) fix.cog_deg = o.cog;
  return fix;
}

// The reason why there is no fix, or null.
function trackRead(o, first) {
  if (!first) {
    var interval = intervalDecode(o.intervals, o.coder);
    if (interval === 0) {
      o.switches++;
      interval = o.switches <= 2 && trackSwitchStep(o) ? intervalDecode(o.intervals, o.coder) : 0;
      if (interval === 0) return 'BadStepSwitch';
    }

    o.utcS += interval;
    if (!trackReadPosition(o, interval) || o.utcS > U32_MAX) return 'OutOfRange';
    trackDerive(o);
  }

  return trackReadSpeedCourse(o) ? null : 'OutOfRange';
}

// Positions change from steps of 1e-5 degree to 0.001' or back.
function trackSwitchStep(o) {
  var lat = trackLatE5(o);
  var lon = trackLonE5(o);
  if (!o.inMinutes && !(onMinutes(lat) && onMinutes(lon))) return false;
  o.inMinutes = !o.inMinutes;
  o.lat = o.inMinutes ? minutesFromE5(lat) : lat;
  o.lon = o.inMinutes ? minutesFromE5(lon) : lon;
  axisRescale(o.north, o.inMinutes);
  axisRescale(o.east, o.inMinutes);
  return true;
}

function trackReadPosition(o, interval) {
  var ratio16 = intervalSixteenths(o.intervals, interval);
  var expected256 = Math.abs(o.north.velocity2) + Math.abs(o.east.velocity2);
  var north = axisDecode(o.north, o.coder, ratio16);
  var east = axisDecode(o.east, o.coder, ratio16);
  if (interval !== o.interval) intervalJudge(o.intervals, interval, Math.abs(north) + Math.abs(east), expected256);
  var halfTurn = o.inMinutes ? 10800000 : HALF_TURN_E5;
  if (east < -halfTurn || east > halfTurn) return false;
  o.lat += north;
  o.lon = wrapped(o.lon + east, halfTurn);
  return Math.abs(o.lat) <= halfTurn / 2;
}

// Speed and course of the positions so far, for the speed and course that come next.
function trackDerive(o) {
  if (o.speedCourse) {
    var north = o.north.velocity1;
    var east = o.east.velocity1;
    if (o.inMinutes) {
      north = scaled(north, 5, 3);
      east = scaled(east, 5, 3);
    }

    reportDerive(o.speedCourse, north, east, trackLatE5(o), o.interval);
  }
}

function trackReadSpeedCourse(o) {
  if (!o.speedCourse) return true;
  o.sog = reportDecodeSpeed(o.speedCourse, o.coder);
  o.cog = reportDecodeCourse(o.speedCourse, o.coder);
  return (o.sog === null || (o.sog >= 0 && o.sog <= 4095)) && (o.cog === null || o.cog >= 0);
}

// ---- sketches

var SEGMENT_BITS = 14;
var TURN_BITS = 26;
var AHEAD_MAX = 1 << 24;

// A number of any size: its count of bits in unary, then the bits below the leading one (AdaptiveNumber.cs).
function AdaptiveNumber(bitsMax, bitsUsual, easierMax) {
  this.bitsMax = bitsMax;
  this.more = [];
  for (var i = 0; i < bitsMax + easierMax; i++) {
    var distance = i - bitsUsual - easierMax;
    var prior = distance < -1 ? 61440 : distance === -1 ? 49152 : distance === 0 ? 32768 : 21845;
    this.more.push(new Bit(prior, 4));
  }
}

function numberDecode(o, coder, easier) {
  var bits = 0;
  while (bits < o.bitsMax && bitDecode(o.more[easier + bits], coder)) bits++;
  if (bits === 0) return 0;
  var rest = bits - 1;
  var value = 1 << rest;
  if (rest > 16) {
    value |= coderBits(coder, rest - 16) << 16;
    rest = 16;
  }

  return rest > 0 ? value | coderBits(coder, rest) : value;
}

function decodeSketch(bytes, at, data) {
  data.kind = 'sketch';
  var reader = new Reader(bytes);
  reader.bit = at * 8;
  var start = new BlockStart(reader);
  var count = reader.raw(6) + 1;
  data.bound_m = reader.raw(5);
  var eastShift = reader.raw(2);
  if (data.bound_m === 0) return 'BadBound: the bound is 0';
  if (!startIsOnGlobe(start)) return 'OutOfRange: the first vertex';
  var sketch = new Sketch(new Coder(bytes, at + 12), start, data.bound_m, eastShift);
  data.vertices = [];
  for (var i = 0; i < count; i++) {
    if (i > 0 && !sketchRead(sketch)) return 'OutOfRange: vertex ' + (i + 1) + ' of ' + count;
    data.vertices.push({ time: timeText(sketch.utcS * 1000), lat_deg: sketch.lat / 100000, lon_deg: sketch.lon / 100000 });
  }

  return null;
}

function Sketch(coder, start, boundM, eastShift) {
  this.coder = coder;
  this.utcS = start.utcS;
  this.lat = start.lat;
  this.lon = start.lon;
  this.step = Math.max(boundM >> 1, 1);
  this.eastStep = this.step << eastShift;
  this.segments = new AdaptiveNumber(SEGMENT_BITS, 8, 0);
  this.turns = new AdaptiveNumber(TURN_BITS, -3, SEGMENT_BITS);
  this.north = this.east = this.seconds = 0;
}

function sketchRead(o) {
  var seconds = numberDecode(o.segments, o.coder, 0);
  var easier = easierOf(seconds);
  var north = sketchTurn(o, easier) + ahead(o.north, o.seconds, seconds);
  var east = sketchTurn(o, easier) + ahead(o.east, o.seconds, seconds);
  var lat = o.lat + north * o.step;
  var lon = o.lon + east * o.eastStep;
  o.utcS += seconds;
  if (seconds === 0 || o.utcS > U32_MAX || Math.abs(lat) > LAT_MAX_E5 || Math.abs(lon) > 2 * HALF_TURN_E5) {
    return false;
  }

  o.lat = lat;
  o.lon = wrapped(lon, HALF_TURN_E5);
  o.north = north;
  o.east = east;
  o.seconds = seconds;
  return true;
}

function sketchTurn(o, easier) {
  var steps = numberDecode(o.turns, o.coder, easier);
  return steps !== 0 && coderBits(o.coder, 1) === 1 ? -steps : steps;
}

function easierOf(seconds) {
  var bits = 0;
  while (seconds >> bits !== 0) bits++;
  return SEGMENT_BITS - bits;
}

function ahead(lastSteps, lastSeconds, seconds) {
  if (lastSeconds === 0) return 0;
  var steps = (lastSteps * seconds) / lastSeconds;
  return limited(steps < 0 ? Math.ceil(steps) : Math.floor(steps), AHEAD_MAX);
}
