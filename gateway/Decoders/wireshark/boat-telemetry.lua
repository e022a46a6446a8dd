-- BoatTelemetry frames in Wireshark and tshark, 4.0 (Lua 5.2) to 4.4 (Lua 5.4). Load: docs/decoders.md.
-- Layout: docs/FRAME-SPEC.md and docs/FRAME-SPEC-track.md.
--
-- Three protocols: "boat", a sealed frame; "boat_udp", datagrams as cellular units send them (docs/ingest.md); "boat_semtech", the Semtech
-- UDP packet-forwarder protocol (PROTOCOL.TXT of Lora-net/packet_forwarder), whose rxpk and txpk carry frames.

local EPOCH_S = 1262304000 -- 2010-01-01T00:00:00Z
local HALF_TURN_E5 = 18000000
local LAT_MAX_E5 = 9000000
local CYCLE = 4096 -- a short header's counter has 12 bits

-- Lua 5.2 has bit32 and no operators; 5.3 and 5.4 have operators, which 5.2 cannot even parse.
local bit = bit32
if not bit then
  bit = assert(load([[
    return {
      band = function(a, b) return a & b end,
      bxor = function(a, b) return a ~ b end,
      bor = function(a, b) return a | b end,
      lshift = function(a, n) return (a << n) & 0xFFFFFFFF end,
      rshift = function(a, n) return a >> n end,
    }]]))()
end
local band, bxor, bor, lshift, rshift = bit.band, bit.bxor, bit.bor, bit.lshift, bit.rshift
local floor = math.floor

-- ---- AES-128 and CCM

local SBOX, DOUBLED = {}, {}
local function make_tables()
  local power, log, x = {}, {}, 1
  for i = 0, 255 do
    local doubled = i * 2
    DOUBLED[i] = doubled > 255 and bxor(doubled - 256, 0x1B) or doubled
  end
  for i = 0, 254 do
    power[i], log[x] = x, i
    x = bxor(x, DOUBLED[x]) -- 3 generates the field
  end
  for i = 0, 255 do
    local inverse = i == 0 and 0 or power[(255 - log[i]) % 255]
    local s = inverse
    for turn = 1, 4 do
      s = bxor(s, band(bor(lshift(inverse, turn), rshift(inverse, 8 - turn)), 255))
    end
    SBOX[i] = bxor(s, 0x63)
  end
end
make_tables()

-- The 176 bytes of round keys of a 16-byte string.
local function expand_key(key)
  local w = { key:byte(1, 16) }
  local round = 1
  for i = 17, 176, 4 do
    local a, b, c, d = w[i - 4], w[i - 3], w[i - 2], w[i - 1]
    if (i - 1) % 16 == 0 then
      a, b, c, d = bxor(SBOX[b], round), SBOX[c], SBOX[d], SBOX[a]
      round = DOUBLED[round]
    end
    w[i], w[i + 1], w[i + 2], w[i + 3] = bxor(w[i - 16], a), bxor(w[i - 15], b), bxor(w[i - 14], c), bxor(w[i - 13], d)
  end
  return w
end

-- Encrypts an array of 16 bytes in place.
local function encrypt(w, s)
  for i = 1, 16 do s[i] = bxor(s[i], w[i]) end
  for round = 1, 10 do
    local t = {}
    for i = 1, 16 do t[i] = SBOX[s[(i + 4 * ((i - 1) % 4) - 1) % 16 + 1]] end
    for column = 1, 13, 4 do
      local a, b, c, d = t[column], t[column + 1], t[column + 2], t[column + 3]
      if round < 10 then
        local all = bxor(bxor(a, b), bxor(c, d))
        t[column] = bxor(bxor(a, all), DOUBLED[bxor(a, b)])
        t[column + 1] = bxor(bxor(b, all), DOUBLED[bxor(b, c)])
        t[column + 2] = bxor(bxor(c, all), DOUBLED[bxor(c, d)])
        t[column + 3] = bxor(bxor(d, all), DOUBLED[bxor(d, a)])
      end
    end
    for i = 1, 16 do s[i] = bxor(t[i], w[16 * round + i]) end
  end
end

-- Absorbs a string, padded with zeros to whole blocks, into the CBC-MAC.
local function absorb(w, mac, data)
  for at = 1, #data, 16 do
    for i = 0, 15 do mac[i + 1] = bxor(mac[i + 1], data:byte(at + i) or 0) end
    encrypt(w, mac)
  end
end

-- Opens a CCM box (RFC 3610, 13-byte nonce): the body, and whether the tag fits.
local function ccm_open(w, nonce, associated, sealed, tag)
  local function key_stream(count)
    local block = { 1, nonce:byte(1, 13) }
    block[15], block[16] = floor(count / 256), count % 256
    encrypt(w, block)
    return block
  end
  local body = {}
  for at = 1, #sealed, 16 do
    local block = key_stream((at - 1) / 16 + 1)
    for i = at, math.min(at + 15, #sealed) do body[i] = string.char(bxor(sealed:byte(i), block[i - at + 1])) end
  end
  body = table.concat(body)
  local mac = { 0x40 + (#tag - 2) / 2 * 8 + 1, nonce:byte(1, 13) }
  mac[15], mac[16] = floor(#sealed / 256), #sealed % 256
  encrypt(w, mac)
  absorb(w, mac, string.char(0, #associated) .. associated)
  absorb(w, mac, body)
  local block = key_stream(0)
  for i = 1, #tag do
    if bxor(mac[i], block[i]) ~= tag:byte(i) then return body, false end
  end
  return body, true
end

-- ---- bits

-- Reads fields of a string, most significant bit first; reader.from and reader.bit delimit the last one.
local function new_reader(bytes, at)
  return { bytes = bytes, bit = (at or 0) * 8, from = 0 }
end

local function take(reader, bits)
  local value = 0
  reader.from = reader.bit
  while bits > 0 do
    local left = 8 - reader.bit % 8
    local count = math.min(bits, left)
    local octet = reader.bytes:byte(floor(reader.bit / 8) + 1)
    value = value * 2 ^ count + floor(octet / 2 ^ (left - count)) % 2 ^ count
    reader.bit = reader.bit + count
    bits = bits - count
  end
  return floor(value)
end

local function big_endian(value)
  value = value % 4294967296
  return string.char(floor(value / 16777216), floor(value / 65536) % 256, floor(value / 256) % 256, value % 256)
end

-- ---- tracks and sketches (firmware/Core/Tracks, bit by bit)
-- Every integer stays below 2^53, where Lua 5.2's doubles are exact; what an encoder wrote never leaves 32 bits.

local TOTAL = 65536 -- of probability

-- C#'s integer division and right shift.
local function quotient(a, b)
  local q = a / b
  return q < 0 and math.ceil(q) or floor(q)
end
local function shifted(value, bits) return floor(value / 2 ^ bits) end
local function limited(value, limit) return value > limit and limit or value < -limit and -limit or value end

local function coder_next(o)
  local octet = o.bytes:byte(o.at) or 0
  o.at = o.at + 1
  return octet
end

local function new_coder(bytes, at)
  local o = { bytes = bytes, at = at + 1, range = 2 ^ 30, unit = 0 }
  o.code = coder_next(o) * 2 ^ 22 + coder_next(o) * 2 ^ 14 + coder_next(o) * 64
  o.previous = coder_next(o)
  o.code = o.code + floor(o.previous / 4)
  return o
end

local function coder_peek(o)
  o.unit = shifted(o.range, 16)
  return math.min(floor(o.code / o.unit), TOTAL - 1)
end

local function coder_take(o, start, frequency)
  local code, range = o.code - start * o.unit, frequency * o.unit
  code = math.max(math.min(code, range - 1), 0)
  while range < 4194304 do
    range = range * 256
    local octet = coder_next(o)
    code = code * 256 + o.previous % 4 * 64 + floor(octet / 4)
    o.previous = octet
  end
  o.code, o.range = code, range
end

local function coder_bits(o, bits)
  local unit = 2 ^ (16 - bits)
  local value = floor(coder_peek(o) / unit)
  coder_take(o, value * unit, unit)
  return value
end

-- A yes-or-no question whose probability follows its answers.
local function new_bit(prior, experience) return { yes = prior, experience = experience } end

local function bit_decode(o, coder)
  local answer = coder_peek(coder) < o.yes
  coder_take(coder, answer and 0 or o.yes, answer and o.yes or TOTAL - o.yes)
  o.yes = o.yes + quotient((answer and TOTAL - 32 or 32) - o.yes, o.experience + 2)
  if o.experience < 126 then o.experience = o.experience + 1 end
  return answer
end

local WINDOW, ESCAPE, Z_MAX, WEIGHT_FLOOR = 127, 33, 512, 8
local HALF_MASS = floor((TOTAL - ESCAPE - 2 * WINDOW - 1) / 2)
local YOUNG_SCALE_GAIN = { 32, 26, 20, 16, 14, 12, 10, 9, 8, 7, 7, 6, 6, 5, 5 }
local UPPER_HALF, COSINE = {}, {}
for i = 0, Z_MAX do
  -- Core's table; no entry is nearer than 9e-4 to a half, so that any exp rounds to the same integers. Nor is a cosine.
  local z = i / 32 / 0.72
  UPPER_HALF[i] = floor(HALF_MASS + HALF_MASS * (0.6 * (1 - math.exp(-z)) + 0.4 * z / math.sqrt(2 + z * z)) + 0.5)
end
for degree = 0, 90 do COSINE[degree] = floor(4096 * math.cos(math.rad(degree)) + 0.5) end

local function residual_reset(o, scale)
  o.weight0, o.weight1, o.weight2 = 85, 85, 86
  o.scale0, o.scale1, o.scale2, o.experience = scale, scale, scale, 0
  return o
end

-- The mass below a point that lies so far above the mean.
local function below(distance, scale)
  local far = math.abs(distance)
  local upper = UPPER_HALF[Z_MAX]
  if scale < 2048 then
    upper = UPPER_HALF[math.min(floor(far * 32 / scale), Z_MAX)]
  else
    local z = floor(far * 256 / scale)
    if z < Z_MAX * 8 then
      upper = UPPER_HALF[floor(z / 8)]
      upper = upper + shifted((UPPER_HALF[floor(z / 8) + 1] - upper) * (z % 8), 3)
    end
  end
  return distance < 0 and 2 * HALF_MASS - upper or upper
end

-- Where the interval of an offset starts; the masses below its edge stay in below0 to below2.
local function residual_start(o, offset, edge0, edge1, edge2)
  local shift = offset * 256
  o.below0, o.below1, o.below2 = below(edge0 + shift, o.scale0), below(edge1 + shift, o.scale1), below(edge2 + shift, o.scale2)
  return shifted(o.weight0 * o.below0 + o.weight1 * o.below1 + o.weight2 * o.below2, 8) + offset + WINDOW
end

local function residual_weigh(o, product0, product1, product2)
  product0, product1 = shifted(product0, 4) + 1, shifted(product1, 4) + 1
  local sum = product0 + product1 + shifted(product2, 4) + 1
  local span = 256 - 3 * WEIGHT_FLOOR
  o.weight0 = WEIGHT_FLOOR + quotient(product0 * span, sum)
  o.weight1 = WEIGHT_FLOOR + quotient(product1 * span, sum)
  o.weight2 = 256 - o.weight0 - o.weight1
end

local function residual_rescale(o, residual0, residual1, residual2)
  local gain = 4
  if o.experience < #YOUNG_SCALE_GAIN then
    o.experience = o.experience + 1
    gain = YOUNG_SCALE_GAIN[o.experience]
  end
  o.scale0 = o.scale0 + shifted((math.max(math.abs(residual0), 32) - o.scale0) * gain, 6)
  o.scale1 = o.scale1 + shifted((math.max(math.abs(residual1), 32) - o.scale1) * gain, 6)
  o.scale2 = o.scale2 + shifted((math.max(math.abs(residual2), 32) - o.scale2) * gain, 6)
end

local function decode_far(coder)
  local head = coder_bits(coder, 6)
  local bits = math.min(head % 32, 27)
  local magnitude = 2 ^ bits
  if bits > 16 then
    magnitude = magnitude + coder_bits(coder, bits - 16) * TOTAL
    bits = 16
  end
  if bits > 0 then magnitude = magnitude + coder_bits(coder, bits) end
  return head >= 32 and -magnitude or magnitude
end

-- A number under a mixture of three predictions (ResidualModel.cs), and whether it lay inside the window.
local function residual_decode(o, coder, mean0, mean1, mean2)
  local centre = shifted(mean1 + 128, 8)
  local target = coder_peek(coder)
  if target >= TOTAL - ESCAPE then
    coder_take(coder, TOTAL - ESCAPE, ESCAPE)
    return centre + decode_far(coder), false
  end
  local edge0, edge1, edge2 = centre * 256 - 128 - mean0, centre * 256 - 128 - mean1, centre * 256 - 128 - mean2
  local low, high = -WINDOW, WINDOW
  while low < high do
    local middle = shifted(low + high + 1, 1)
    if residual_start(o, middle, edge0, edge1, edge2) <= target then low = middle else high = middle - 1 end
  end
  local start = residual_start(o, low, edge0, edge1, edge2)
  local low0, low1, low2 = o.below0, o.below1, o.below2
  coder_take(coder, start, residual_start(o, low + 1, edge0, edge1, edge2) - start)
  residual_weigh(o, o.weight0 * (o.below0 - low0), o.weight1 * (o.below1 - low1), o.weight2 * (o.below2 - low2))
  local at = (centre + low) * 256
  residual_rescale(o, at - mean0, at - mean1, at - mean2)
  return centre + low, true
end

local ONE_INTERVAL, MEAN_MAX = 16, 1048576
local YOUNG_ALPHA = { 53, 45, 38, 34, 30, 27, 24, 22, 20 }
local YOUNG_BETA = {
  512, 307, 205, 146, 110, 85, 68, 56, 47, 39, 34, 29, 26, 23, 20, 18, 16, 15, 13, 12, 11, 10, 9, 9, 8, 8, 7, 7, 6, 6,
}

-- One coordinate of the boat's motion: three alpha-beta filters (MotionAxis.cs).
local function new_axis(first_scale)
  return { error1 = 0, error2 = 0, velocity0 = 0, velocity1 = 0, velocity2 = 0, steps = 0,
    residual = residual_reset({}, first_scale) }
end

local function axis_rescale(o, to_minutes)
  local numerator, denominator = to_minutes and 3 or 5, to_minutes and 5 or 3
  o.error1, o.error2 = 0, 0
  for _, name in ipairs({ "velocity0", "velocity1", "velocity2" }) do o[name] = quotient(o[name] * numerator, denominator) end
end

local function axis_learn(o, residual0, residual1, residual2, intervals16)
  local alpha1, alpha2, beta0, beta1, beta2 = 38, 20, 5, 256, 51
  local n = o.steps
  if n <= #YOUNG_BETA then
    o.steps = n + 1
    beta0 = YOUNG_BETA[n]
    beta1, beta2 = math.max(beta0, beta1), math.max(beta0, beta2)
    if n <= #YOUNG_ALPHA then
      alpha2 = YOUNG_ALPHA[n]
      alpha1 = math.max(alpha2, alpha1)
    end
  end
  o.error1, o.error2 = shifted((alpha1 - 64) * residual1, 6), shifted((alpha2 - 64) * residual2, 6)
  local change0 = shifted(beta0 * residual0 + 512, 10)
  local change1 = shifted(beta1 * residual1 + 512, 10)
  local change2 = shifted(beta2 * residual2 + 512, 10)
  o.velocity0 = o.velocity0 + quotient(change0 * ONE_INTERVAL, intervals16)
  o.velocity1 = o.velocity1 + quotient(change1 * ONE_INTERVAL, intervals16)
  o.velocity2 = o.velocity2 + quotient(change2 * ONE_INTERVAL, intervals16)
end

local function axis_decode(o, coder, intervals16)
  local mean0 = limited(shifted(o.velocity0 * intervals16, 4), MEAN_MAX)
  local mean1 = limited(shifted(o.velocity1 * intervals16, 4) + o.error1, MEAN_MAX)
  local mean2 = limited(shifted(o.velocity2 * intervals16, 4) + o.error2, MEAN_MAX)
  local step, near = residual_decode(o.residual, coder, mean0, mean1, mean2)
  if near and o.steps ~= 0 and math.abs(step) <= 4096 then
    axis_learn(o, step * 256 - mean0, step * 256 - mean1, step * 256 - mean2, intervals16)
  else
    o.error1, o.error2 = 0, 0
    if o.steps == 0 then
      o.steps = 1
      local velocity = limited(quotient(limited(step, 4096) * 256, intervals16) * ONE_INTERVAL, MEAN_MAX)
      o.velocity0, o.velocity1, o.velocity2 = velocity, velocity, velocity
      residual_reset(o.residual, 768)
    end
  end
  return step
end

-- The times of a track (IntervalModel.cs).
local function new_intervals(nominal)
  return { irregular = { new_bit(1024, 3), new_bit(1024, 3), new_bit(10922, 3), new_bit(21845, 3), new_bit(10922, 3) },
    same_again = new_bit(32768, 0), nominal = nominal, last_irregular = nominal + 1, since = 0, spacing = -1,
    by_time = nominal == 1 }
end

local function interval_decode(o, coder)
  local due = o.spacing - o.since
  local context = o.spacing < 0 and 1 or due > 1 and 2 or due == 1 and 3 or due == 0 and 4 or 5
  if not bit_decode(o.irregular[context], coder) then
    o.since = o.since + 1
    return o.nominal
  end
  local interval = bit_decode(o.same_again, coder) and o.last_irregular or coder_bits(coder, 12)
  if interval ~= 0 then o.last_irregular, o.spacing, o.since = interval, o.since, 0 end
  return interval
end

local function sixteenths(o, interval)
  if interval == o.nominal or (math.abs(interval - o.nominal) == 1 and not o.by_time) then return ONE_INTERVAL end
  return math.max(1, math.min(quotient(interval * ONE_INTERVAL, o.nominal), 256))
end

local function interval_judge(o, interval, moved, expected256)
  if math.abs(interval - o.nominal) == 1 and expected256 >= 512 and moved <= 4096 then
    local by_time256 = quotient(expected256 * interval, o.nominal)
    o.by_time = math.abs(moved * 256 - by_time256) < math.abs(moved * 256 - expected256)
  end
end

local function octant256(tangent)
  return shifted(tangent * 11520 + shifted(tangent * (1024 - tangent), 10) * 4004, 10)
end

local function bearing256(north, east)
  local up, right = math.abs(north), math.abs(east)
  local angle
  if right <= up then angle = octant256(floor(right * 1024 / up)) else angle = 23040 - octant256(floor(up * 1024 / right)) end
  if north < 0 then angle = 46080 - angle end
  return east < 0 and angle ~= 0 and 92160 - angle or angle
end

-- Speed and course as reported (SpeedCourseModel.cs).
local function new_report()
  return { speed = residual_reset({}, 7680), course = residual_reset({}, 15360), speed_unknown = new_bit(1024, 4),
    course_unknown = new_bit(1024, 4), last_speed = 0, last_course = 0, derived_speed = 0, derived_course = 0 }
end

local function report_derive(o, north, east, lat_e5, interval)
  local factor = 1
  while math.max(math.abs(north), math.abs(east)) > 16384 do
    north, east, factor = shifted(north, 1), shifted(east, 1), factor * 2
  end
  east = shifted(east * COSINE[math.min(floor(math.abs(lat_e5) / 100000), 90)], 12)
  local length = floor(math.sqrt(north * north + east * east))
  o.derived_speed = math.min(quotient(shifted(length * 5533, 8), interval) * factor, MEAN_MAX)
  if length ~= 0 then o.derived_course = bearing256(north, east) end
end

-- Speed and course, nil where unknown; false if either is out of range.
local function report_decode(o, coder)
  local speed, course
  if not bit_decode(o.speed_unknown, coder) then
    local derived = o.derived_speed - o.last_speed * 256
    speed = o.last_speed + residual_decode(o.speed, coder, 0, shifted(derived, 1), derived)
    if speed < 0 or speed > 4095 then return false end
    o.last_speed = speed
  end
  if not bit_decode(o.course_unknown, coder) then
    local derived = o.derived_course - o.last_course * 256
    derived = derived + (derived > 46080 and -92160 or derived <= -46080 and 92160 or 0)
    local turn = residual_decode(o.course, coder, 0, shifted(derived, 1), derived)
    if math.abs(turn) >= 360 then return false end
    course = (o.last_course + turn + 360) % 360
    o.last_course = course
  end
  return true, speed, course
end

-- 0.001' is 5/3 of 1e-5 degree.
local function minutes_from_e5(e5) return floor((3 * e5 + 2) / 5) end
local function e5_from_minutes(thousandths) return floor((5 * thousandths + 1) / 3) end
local function on_minutes(e5)
  local fifth = math.abs(e5) % 5
  return fifth ~= 1 and fifth ~= 4
end
local function wrapped(longitude, half_turn)
  return longitude >= half_turn and longitude - 2 * half_turn or longitude < -half_turn and longitude + 2 * half_turn or longitude
end

local function track_lat(o) return o.in_minutes and e5_from_minutes(o.lat) or o.lat end
local function track_lon(o) return o.in_minutes and e5_from_minutes(o.lon) or o.lon end

-- Positions change from steps of 1e-5 degree to 0.001' or back.
local function track_switch_step(o)
  local lat, lon = track_lat(o), track_lon(o)
  if not o.in_minutes and not (on_minutes(lat) and on_minutes(lon)) then return false end
  o.in_minutes = not o.in_minutes
  o.lat, o.lon = o.in_minutes and minutes_from_e5(lat) or lat, o.in_minutes and minutes_from_e5(lon) or lon
  axis_rescale(o.north, o.in_minutes)
  axis_rescale(o.east, o.in_minutes)
  return true
end

local function track_position(o, interval)
  local intervals16 = sixteenths(o.intervals, interval)
  local expected256 = math.abs(o.north.velocity2) + math.abs(o.east.velocity2)
  local north, east = axis_decode(o.north, o.coder, intervals16), axis_decode(o.east, o.coder, intervals16)
  if interval ~= o.interval then interval_judge(o.intervals, interval, math.abs(north) + math.abs(east), expected256) end
  local half_turn = o.in_minutes and 10800000 or HALF_TURN_E5
  if math.abs(east) > half_turn then return false end
  o.lat, o.lon = o.lat + north, wrapped(o.lon + east, half_turn)
  return math.abs(o.lat) <= half_turn / 2
end

-- Moves to the next fix; the reason if there is none.
local function track_next(o)
  local interval = interval_decode(o.intervals, o.coder)
  if interval == 0 then
    o.switches = o.switches + 1
    interval = o.switches <= 2 and track_switch_step(o) and interval_decode(o.intervals, o.coder) or 0
    if interval == 0 then return "BadStepSwitch" end
  end
  o.utc_s = o.utc_s + interval
  if not track_position(o, interval) or o.utc_s > 4294967295 then return "OutOfRange" end
  if o.report then
    local north, east = o.north.velocity1, o.east.velocity1
    if o.in_minutes then north, east = quotient(north * 5, 3), quotient(east * 5, 3) end
    report_derive(o.report, north, east, track_lat(o), o.interval)
  end
end

local function block_start(reader)
  local start = { utc_s = take(reader, 32), lat = take(reader, 25) - LAT_MAX_E5, lon = take(reader, 26) - HALF_TURN_E5 }
  start.on_globe = start.lat <= LAT_MAX_E5 and start.lon < HALF_TURN_E5
  return start
end

local function read_track(bytes)
  if #bytes < 13 then return nil, "BadLength" end
  local reader = new_reader(bytes)
  local o = block_start(reader)
  local number_of_fixes, code = take(reader, 12), take(reader, 7)
  if take(reader, 1) == 1 then o.report = new_report() end
  o.in_minutes = take(reader, 1) == 1
  if number_of_fixes == 0 then return nil, "NoFixes" end
  if not o.on_globe or (o.in_minutes and not (on_minutes(o.lat) and on_minutes(o.lon))) then return nil, "OutOfRange: fix 1" end
  if o.in_minutes then o.lat, o.lon = minutes_from_e5(o.lat), minutes_from_e5(o.lon) end
  o.interval = code < 64 and code + 1 or (code - 62) * 60
  o.intervals, o.switches, o.coder = new_intervals(o.interval), 0, new_coder(bytes, 13)
  local scale = o.interval > 15 and 16384 or (2 + 2 * o.interval) * 256
  o.north, o.east = new_axis(scale), new_axis(scale)
  local points = {}
  for i = 1, number_of_fixes do
    local reason = i > 1 and track_next(o)
    local valid, sog, cog = true, nil, nil
    if not reason and o.report then valid, sog, cog = report_decode(o.report, o.coder) end
    if reason or not valid then return nil, (reason or "OutOfRange") .. ": fix " .. i end
    points[i] = { utc_s = o.utc_s, lat = track_lat(o), lon = track_lon(o), sog = sog, cog = cog }
  end
  return { interval = o.interval, points = points }
end

local function new_adaptive_number(bits_max, bits_usual, easier_max)
  local o = { bits_max = bits_max, more = {} }
  for i = 0, bits_max + easier_max - 1 do
    local distance = i - bits_usual - easier_max
    o.more[i] = new_bit(distance < -1 and 61440 or distance == -1 and 49152 or distance == 0 and 32768 or 21845, 4)
  end
  return o
end

local function number_decode(o, coder, easier)
  local bits = 0
  while bits < o.bits_max and bit_decode(o.more[easier + bits], coder) do bits = bits + 1 end
  if bits == 0 then return 0 end
  local rest = bits - 1
  local value = 2 ^ rest
  if rest > 16 then
    value = value + coder_bits(coder, rest - 16) * TOTAL
    rest = 16
  end
  return rest > 0 and value + coder_bits(coder, rest) or value
end

local function read_sketch(bytes)
  if #bytes < 12 then return nil, "BadLength" end
  local reader = new_reader(bytes)
  local at = block_start(reader)
  local vertices, bound = take(reader, 6) + 1, take(reader, 5)
  local step = math.max(floor(bound / 2), 1)
  local east_step = step * 2 ^ take(reader, 2)
  if bound == 0 then return nil, "BadBound" end
  if not at.on_globe then return nil, "OutOfRange: vertex 1" end
  local coder = new_coder(bytes, 12)
  local segments, turns = new_adaptive_number(14, 8, 0), new_adaptive_number(26, -3, 14)
  local function turn(easier)
    local steps = number_decode(turns, coder, easier)
    return steps ~= 0 and coder_bits(coder, 1) == 1 and -steps or steps
  end
  local north, east, last_seconds = 0, 0, 0
  local function ahead(steps, seconds)
    return last_seconds == 0 and 0 or limited(quotient(steps * seconds, last_seconds), 16777216)
  end
  local points = { { utc_s = at.utc_s, lat = at.lat, lon = at.lon } }
  for i = 2, vertices do
    local seconds = number_decode(segments, coder, 0)
    local easier = 14
    while seconds >= 2 ^ (14 - easier) do easier = easier - 1 end
    north = turn(easier) + ahead(north, seconds)
    east = turn(easier) + ahead(east, seconds)
    last_seconds = seconds
    at.utc_s, at.lat, at.lon = at.utc_s + seconds, at.lat + north * step, at.lon + east * east_step
    if seconds == 0 or at.utc_s > 4294967295 or math.abs(at.lat) > LAT_MAX_E5 or math.abs(at.lon) > 2 * HALF_TURN_E5 then
      return nil, "OutOfRange: vertex " .. i
    end
    at.lon = wrapped(at.lon, HALF_TURN_E5)
    points[i] = { utc_s = at.utc_s, lat = at.lat, lon = at.lon }
  end
  return { bound_m = bound, points = points }
end

-- ---- protocols, preferences, fields

local boat = Proto("boat", "BoatTelemetry frame")
local boat_udp = Proto("boat_udp", "BoatTelemetry frames over UDP")
local semtech = Proto("boat_semtech", "Semtech UDP packet forwarder")

boat.prefs.keys = Pref.string("Keys", "", "unit:key of 32 hexadecimal digits, any number of them with spaces or commas between")
boat.prefs.key_file = Pref.string("Key file", "", "A file of such pairs, one a line; # begins a comment")
boat.prefs.area_lat = Pref.string("Area origin, latitude", "-12", "South edge of the operating area, degrees")
boat.prefs.area_lon = Pref.string("Area origin, longitude", "90", "West edge of the operating area, degrees")
boat.prefs.counters = Pref.string("Start of counters", "",
  "unit:counter of the first live frame in the capture; 0 where nothing is said, then what was last seen")
boat.prefs.down_counters = Pref.string("Start of downlink counters", "",
  "unit:counter of the first acknowledgement; the second since 2010 of the capture where nothing is said")
boat.prefs.cycles = Pref.uint("Cycles to search", 16, "How many times 4,096 ahead of the last counter a live frame is looked for")
boat_udp.prefs.ports = Pref.range("UDP ports", "", "Ports whose datagrams are frames: the gateway's cellular port", 65535)
semtech.prefs.ports = Pref.range("UDP ports", "1700", "Ports of packet forwarders", 65535)

local KINDS = {
  [1] = "live position, operating area", [2] = "live position, world", [3] = "track block", [4] = "sketch", [5] = "event",
  [6] = "status", [7] = "acknowledgement", [8] = "command",
}

local F = {
  version = ProtoField.uint8("boat.version", "Version"),
  kind = ProtoField.uint8("boat.kind", "Kind", base.DEC, KINDS),
  unit = ProtoField.uint16("boat.unit", "Unit"),
  flags = ProtoField.uint8("boat.flags", "Flags", base.HEX),
  counter_low = ProtoField.uint16("boat.counter_low", "Counter, low 12 bits"),
  counter = ProtoField.uint32("boat.counter", "Counter"),
  sealed = ProtoField.bytes("boat.sealed", "Sealed body"),
  body_length = ProtoField.uint16("boat.body_length", "Body length"),
  tag = ProtoField.bytes("boat.tag", "Tag"),
  tag_status = ProtoField.string("boat.tag_status", "Tag status"),
  rejection = ProtoField.string("boat.rejection", "Rejection"),
  body = ProtoField.bytes("boat.body", "Body"),
  fix = ProtoField.uint32("boat.fix", "Fix"),
  vertex = ProtoField.uint32("boat.vertex", "Vertex"),
}
for _, name in ipairs({ "time", "expiry" }) do
  F[name] = ProtoField.absolute_time("boat." .. name, name == "time" and "Time" or "Expiry", base.UTC)
end

local X = {
  rejected = ProtoExpert.new("boat.rejected", "The frame is rejected", expert.group.MALFORMED, expert.severity.WARN),
  tag = ProtoExpert.new("boat.tag_bad", "The tag does not fit", expert.group.SECURITY, expert.severity.WARN),
}

local QUALITY = { [0] = false, "autonomous", "corrected", "estimated" }
local MOVEMENT = { [0] = false, "stationary", "under_way", "fast" }
local EVENTS = {
  [0] = "sos", "man_overboard", "contact_sighted", "boarding", "interception", "rescue", "tamper", "bilge", "geofence", "power",
}
local POSITION_AGE = { [0] = "ten_seconds", "five_minutes", "one_hour", "older" }
local CONFIDENCE = { [0] = false, "low", "medium", "high" }
local RESET_CAUSE = { [0] = false, "power_on", "brown_out", "watchdog", "software", "crash", "deep_sleep", "external" }
local BILGE = { [0] = false, "dry", "water", "high_water" }
local FAULTS = { "receiver", "radio", "modem", "environment_sensor", "power_sensor", "journal" }
local COMMAND_RESULT = { [0] = false, "done", "refused_not_understood", "refused_out_of_range", "refused_expired", "failed" }
local COMMANDS = { "report_interval", "status_request", "backlog_range", "sos_acknowledged", "key_change" }
local COMMAND_BYTES = { 9, 5, 12, 9, 20 }

-- A field of a body: name, label, type, bits and what the type needs.
--   number  zero, step, per, last code, unit: (zero + code * step) / per; all ones is unknown
--   whole   unit; every code is a number
--   word    words by code; false is unknown, a code without one is refused
local function number(name, label, bits, zero, step, per, last, unit)
  return {
    name = name, label = label, type = "number", bits = bits, zero = zero, step = step, per = per, last = last, unit = unit,
  }
end
local function count(name, label, bits, unit) return number(name, label, bits, 0, 1, 1, nil, unit) end
local function whole(name, label, bits, unit) return { name = name, label = label, type = "whole", bits = bits, unit = unit } end
local function flag(name, label) return { name = name, label = label, type = "flag", bits = 1 } end
local function word(name, label, bits, words) return { name = name, label = label, type = "word", bits = bits, words = words } end
local function reserved(bits) return { name = "reserved", label = "Reserved", type = "reserved", bits = bits } end
local SPECIAL = function(type) return { type = type } end

local SOG = number("sog_kn", "Speed over ground", 10, 0, 1, 10, nil, "kn")
local COG = number("cog_deg", "Course over ground", 9, 0, 1, 1, 359, "deg")

local LIVE = {
  SPECIAL("second"), SOG, COG, word("quality", "Quality", 2, QUALITY), flag("on_battery", "On battery"),
  word("movement", "Movement", 2, MOVEMENT), flag("alarm", "Alarm"), flag("backlog_pending", "Backlog pending"),
}
local EVENT = {
  word("event", "Event", 4, EVENTS), count("persons", "Persons", 6), count("vessels", "Vessels", 4),
  word("confidence", "Confidence", 2, CONFIDENCE), whole("code", "Crew's code (0 none)", 6),
}
local CONTACT = {
  number("contact_bearing_deg", "Contact's bearing", 9, 0, 1, 1, 359, "deg"),
  number("contact_distance_m", "Contact's distance", 12, 0, 10, 1, nil, "m"),
  number("contact_cog_deg", "Contact's course", 9, 0, 1, 1, 359, "deg"),
  number("contact_sog_kn", "Contact's speed", 10, 0, 1, 10, nil, "kn"),
}
local STATUS = {
  SPECIAL("time"), number("supply_v", "Supply", 8, 0, 200, 1000, nil, "V"),
  number("battery_v", "Battery", 7, 2500, 20, 1000, nil, "V"),
  count("oldest_held_back", "Oldest held, back from this counter", 16), count("backlog", "Backlog", 12, "frames"),
  number("temperature_c", "Temperature", 7, -40, 1, 1, nil, "C"), word("reset_cause", "Reset cause", 4, RESET_CAUSE),
  word("bilge", "Bilge", 2, BILGE), count("satellites", "Satellites", 5), SPECIAL("faults"), flag("safe_mode", "Safe mode"),
  flag("on_battery", "On battery"), SPECIAL("uptime_class"),
}
local STATUS_LONG = {
  number("humidity_pct", "Humidity", 7, 0, 1, 1, 100, "%"), number("pressure_hpa", "Pressure", 11, 85000, 20, 100, 2045, "hPa"),
  number("supply_current_a", "Supply current", 11, -10220, 10, 1000, 2044, "A"),
  number("battery_current_a", "Battery current", 11, -10220, 10, 1000, 2044, "A"),
  count("bilge_level_cm", "Bilge level", 8, "cm"), number("engine_1_rpm", "Engine 1", 10, 0, 10, 1, nil, "rpm"),
  number("engine_2_rpm", "Engine 2", 10, 0, 10, 1, nil, "rpm"), number("engine_hours_h", "Engine hours", 20, 0, 1, 10, nil, "h"),
  number("hdop", "HDOP", 8, 0, 1, 10), number("rssi_dbm", "RSSI of the last downlink", 8, 0, -1, 1, nil, "dBm"),
  number("snr_db", "SNR of the last downlink", 8, -3200, 25, 100, nil, "dB"),
  number("airtime_permille", "Air time of the hour's legal share", 10, 0, 1, 1, 1000, "permille"),
  count("uptime_s", "Uptime", 28, "s"), count("live_counter", "Next live counter", 32), count("dropped", "Dropped frames", 16),
  count("fixes_refused", "Fixes refused", 16), count("free_memory_kib", "Free memory", 10, "KiB"), SPECIAL("firmware"),
  count("last_command", "Last command's counter", 32), word("command_result", "Last command's result", 4, COMMAND_RESULT),
  number("board_temperature_c", "Board temperature", 8, -40, 1, 1, nil, "C"), reserved(4),
}
local LOSSES = {
  count("frames_damaged", "Frames lost in flash", 16), count("sos_dropped", "SOS dropped", 12),
  count("events_lost", "Events lost", 12), count("fixes_lost", "Fixes lost", 24),
}
local ACKNOWLEDGEMENT = { whole("base_counter", "Base counter", 32), whole("bitmap", "Bitmap", 32) }
local SELECTIVE = { whole("selective_first", "First selective counter", 32), whole("selective_bitmap", "Selective bitmap", 32) }
local COMMAND = { SPECIAL("command"), SPECIAL("expiry") }
local COMMAND_BODY = {
  {
    whole("live_interval_s", "Live interval (0 default)", 16, "s"),
    whole("track_interval_s", "Track interval (0 default)", 8, "s"), whole("duration_min", "Duration (0 default)", 16, "min"),
  },
  { flag("long_status", "Long form"), reserved(7) },
  { whole("from_counter", "From counter", 32), whole("to_counter", "To counter", 32) },
  { whole("event_counter", "Event's counter", 32), whole("sos_code", "Code (0 none)", 8) },
  { SPECIAL("key") },
}

local function make_field(field)
  local name = field.name
  if name and not F[name] and field.type ~= "reserved" then
    local abbreviation = "boat." .. name
    if field.type == "word" then
      F[name] = ProtoField.string(abbreviation, field.label)
    elseif field.type == "flag" then
      F[name] = ProtoField.bool(abbreviation, field.label)
    elseif field.type == "whole" or (field.per == 1 and field.step == 1 and field.zero == 0) then
      F[name] = ProtoField.uint32(abbreviation, field.label)
    else
      F[name] = ProtoField.double(abbreviation, field.label)
    end
  end
end
for _, list in ipairs({ LIVE, EVENT, CONTACT, STATUS, STATUS_LONG, LOSSES, ACKNOWLEDGEMENT, SELECTIVE }) do
  for _, field in ipairs(list) do make_field(field) end
end
for _, list in ipairs(COMMAND_BODY) do
  for _, field in ipairs(list) do make_field(field) end
end
F.lat_deg = ProtoField.double("boat.lat_deg", "Latitude")
F.lon_deg = ProtoField.double("boat.lon_deg", "Longitude")
F.time_of_day = ProtoField.string("boat.time_of_day", "Time of day, UTC")
F.position_age = ProtoField.string("boat.position_age", "Age of the position, at most")
F.fault = ProtoField.string("boat.faults", "Fault")
F.uptime_at_least_s = ProtoField.uint32("boat.uptime_at_least_s", "Uptime, at least")
F.firmware = ProtoField.string("boat.firmware", "Firmware")
F.command = ProtoField.string("boat.command", "Command")
F.key = ProtoField.bytes("boat.key", "New key")
F.interval_s = ProtoField.uint32("boat.interval_s", "Nominal interval")
F.bound_m = ProtoField.uint32("boat.bound_m", "Bound")
F.count = ProtoField.uint32("boat.count", "Points")

local all = {}
for _, field in pairs(F) do all[#all + 1] = field end
boat.fields = all
boat.experts = { X.rejected, X.tag }

local U = {
  length = ProtoField.uint8("boat_udp.length", "Length of the frame"),
}
boat_udp.fields = { U.length }
U.cut = ProtoExpert.new("boat_udp.cut", "The datagram ends inside a frame", expert.group.MALFORMED, expert.severity.WARN)
boat_udp.experts = { U.cut }

-- ---- keys and counters

local known = { text = nil, file = nil, keys = {} }
local counters = { up = {}, down = {} } -- last seen, by unit
local solved = {} -- by packet, carrier's data source and offset: what opened a frame on the first pass

local function add_pairs(text, into)
  for unit, key in text:gmatch("(%d+)%s*[:%s]%s*(%x+)") do
    if #key == 32 then
      local bytes = key:gsub("%x%x", function(hex) return string.char(tonumber(hex, 16)) end)
      local number = tonumber(unit)
      into[number] = into[number] or {}
      table.insert(into[number], expand_key(bytes))
    end
  end
end

local function keys_of(unit)
  if known.text ~= boat.prefs.keys or known.file ~= boat.prefs.key_file then
    known = { text = boat.prefs.keys, file = boat.prefs.key_file, keys = {} }
    add_pairs(known.text, known.keys)
    local file = known.file ~= "" and io.open(known.file) or nil
    if file then
      for line in file:lines() do add_pairs(line:gsub("#.*", ""), known.keys) end
      file:close()
    end
  end
  return known.keys[unit] or {}
end

local function area()
  local lat, lon = tonumber(boat.prefs.area_lat), tonumber(boat.prefs.area_lon)
  return floor((lat or -12) * 100000 + 0.5), floor((lon or 90) * 100000 + 0.5)
end

-- Where to look for the counter of a short header: what was last seen, what the preference says, or a guess.
local function start_counter(header, capture_s)
  local seen = counters[header.down and "down" or "up"][header.unit]
  if seen then return seen end
  for unit, value in (header.down and boat.prefs.down_counters or boat.prefs.counters):gmatch("(%d+)%s*:%s*(%d+)") do
    if tonumber(unit) == header.unit then return tonumber(value) end
  end
  return header.down and math.max(0, floor(capture_s - EPOCH_S) - CYCLE / 2) or 0
end

-- The counters that a frame may have: one for a long header; for a short one those from the start on, nearest first,
-- and the two cycles before it (a frame that a second concentrator heard later).
local function candidates(header, capture_s)
  if header.counter then return { header.counter } end
  local start = start_counter(header, capture_s)
  local first = start - start % CYCLE + header.low
  if first < start then first = first + CYCLE end
  local list = {}
  for cycle = 0, boat.prefs.cycles do list[#list + 1] = first + cycle * CYCLE end
  list[#list + 1] = first - CYCLE
  list[#list + 1] = first - 2 * CYCLE
  local inside = {}
  for _, counter in ipairs(list) do
    if counter >= 0 and counter <= 4294967295 then inside[#inside + 1] = counter end
  end
  return inside
end

local function try_open(header, bytes, counter, key)
  local nonce = string.char((header.down and 128 or 0) + (header.durable and 1 or 0), floor(header.unit / 256), header.unit % 256)
    .. big_endian(counter) .. string.rep("\0", 6)
  local associated = bytes:sub(1, header.bytes)
  if header.kind == 1 or (header.kind == 5 and header.flags < 8) then
    local lat, lon = area()
    associated = associated .. big_endian(lat) .. big_endian(lon)
  end
  return ccm_open(key, nonce, associated, bytes:sub(header.bytes + 1, #bytes - header.tag), bytes:sub(#bytes - header.tag + 1))
end

-- The body and its counter, or nil and "no key" or "bad".
local function open_frame(header, bytes, capture_s)
  local keys = keys_of(header.unit)
  if #keys == 0 then return nil, "no key" end
  for _, counter in ipairs(candidates(header, capture_s)) do
    for _, key in ipairs(keys) do
      local body, fits = try_open(header, bytes, counter, key)
      if fits then return body, counter end
    end
  end
  return nil, "bad"
end

-- ---- header

-- The fewest and the most bytes of a body. An acknowledgement's form is told by its length alone.
local function limits(kind, flags, length)
  local event = band(flags, 4) ~= 0 and 18 or 13
  local status = (band(flags, 8) ~= 0 and 50 or 13) + (band(flags, 4) ~= 0 and 8 or 0)
  local acknowledgement = length > 8 and 16 or 8
  local least = ({ 11, 12, 13, 12, event, status, acknowledgement, 5 })[kind]
  local most = ({ 11, 12, 207, 51, event, status, acknowledgement, 20 })[kind]
  return least, most
end

-- The header of a frame and, if it is rejected, the reason: the steps of FRAME-SPEC, Rejections. direction is "up",
-- "down" or nil where the carrier does not tell.
local function read_header(bytes, direction)
  local header = {}
  if #bytes < 4 then return header, "TooShort", #bytes .. " bytes" end
  local reader = new_reader(bytes)
  header.version, header.kind, header.unit = take(reader, 2), take(reader, 4), take(reader, 14)
  if header.version ~= 1 then return header, "WrongVersion", "version " .. header.version end
  if not KINDS[header.kind] then return header, "UnknownKind", "kind " .. header.kind end
  header.down = header.kind >= 7
  header.durable = header.kind ~= 1 and header.kind ~= 2 and header.kind ~= 7
  header.tag = (header.kind == 3 or header.kind == 4 or header.kind == 8) and 8 or 4
  header.bytes = header.durable and 7 or 4
  if direction and header.down ~= (direction == "down") then
    return header, "UnknownKind", KINDS[header.kind] .. " goes the other way"
  end
  if #bytes < header.bytes then return header, "TooShort", #bytes .. " bytes, the header has 7" end
  header.flags = header.durable and take(reader, 4) or 0
  if header.durable then header.counter = take(reader, 32) else header.low = take(reader, 12) end
  local defined = header.kind == 5 and 15 or header.kind == 6 and 12 or 0
  if header.durable and band(header.flags, 15 - defined) ~= 0 then return header, "ReservedBits", "flags " .. header.flags end
  local length = #bytes - header.bytes - header.tag
  local least, most = limits(header.kind, header.flags, length)
  if length < least then return header, "TooShort", "a body of " .. length .. " bytes, at least " .. least end
  if length > most then return header, "TooLong", "a body of " .. length .. " bytes, at most " .. most end
  return header
end

local function show_header(tree, tvb, header)
  if header.version then
    tree:add(F.version, tvb(0, 1), header.version)
    tree:add(F.kind, tvb(0, 1), header.kind)
    tree:add(F.unit, tvb(0, 3), header.unit)
  end
  if header.counter then
    tree:add(F.flags, tvb(2, 1), header.flags)
    tree:add(F.counter, tvb(3, 4), header.counter)
  elseif header.low then
    tree:add(F.counter_low, tvb(2, 2), header.low)
  end
end

-- ---- bodies

-- The bytes of the body that the last field lay in.
local function range_of(context)
  local reader = context.reader
  local first = floor(reader.from / 8)
  return context.tvb(first, math.max(1, math.ceil(reader.bit / 8) - first))
end

local function refuse(context, name, code)
  context.reason = context.reason or (name .. " has the code " .. code)
end

local function add_text(context, label, text)
  context.tree:add(boat, range_of(context), label .. ": " .. text)
end

local function add_number(context, field, value)
  local item = context.tree:add(F[field.name], range_of(context), value)
  if field.unit then item:append_text(" " .. field.unit) end
end

local function time_of_day(second)
  return string.format("%02d:%02d:%02dZ", floor(second / 3600), floor(second / 60) % 60, second % 60)
end

-- Latitude and longitude; east and north are counted from the area's corner, or from the world's if in_world.
local function show_position(context, in_world, may_lack)
  local lat0, lon0 = -LAT_MAX_E5, -HALF_TURN_E5
  if not in_world then lat0, lon0 = area() end
  local tvb = context.tvb
  local north = take(context.reader, in_world and 25 or 21)
  local lat_range = range_of(context)
  local east = take(context.reader, in_world and 26 or 23)
  if in_world and may_lack and north == 33554431 and east == 67108863 then
    add_text(context, "Position", "unknown")
    return false
  end
  if lat0 + north > LAT_MAX_E5 then refuse(context, "lat", north) end
  if in_world and east >= 2 * HALF_TURN_E5 then refuse(context, "lon", east) end
  local lon = lon0 + east
  if lon >= HALF_TURN_E5 then lon = lon - 2 * HALF_TURN_E5 end
  context.tree:add(F.lat_deg, lat_range, (lat0 + north) / 100000):append_text(" deg")
  context.tree:add(F.lon_deg, range_of(context), lon / 100000):append_text(" deg")
  return true
end

local SHOW = {}

function SHOW.number(context, field)
  local code = take(context.reader, field.bits)
  if code == 2 ^ field.bits - 1 then
    add_text(context, field.label, "unknown")
  else
    if field.last and code > field.last then refuse(context, field.name, code) end
    local value = field.zero + code * field.step
    add_number(context, field, field.per == 1 and value or value / field.per)
    if field.name == "uptime_s" then context.uptime_s = value end
  end
end

function SHOW.whole(context, field)
  local value = take(context.reader, field.bits)
  if field.name == "to_counter" and value < context.from_counter then refuse(context, field.name, value) end
  if field.name == "from_counter" then context.from_counter = value end
  if field.name == "selective_bitmap" and value < 2147483648 then refuse(context, field.name, value) end
  add_number(context, field, value)
end

function SHOW.flag(context, field)
  context.tree:add(F[field.name], range_of(context), take(context.reader, 1) == 1)
end

function SHOW.word(context, field)
  local code = take(context.reader, field.bits)
  local name = field.words[code]
  if name == nil then
    refuse(context, field.name, code)
  elseif name then
    context.tree:add(F[field.name], range_of(context), name)
  else
    add_text(context, field.label, field.name == "command_result" and "none" or "unknown")
  end
end

function SHOW.reserved(context, field)
  local code = take(context.reader, field.bits)
  if code ~= 0 then refuse(context, "reserved", code) end
end

function SHOW.second(context)
  local second = take(context.reader, 17)
  if second >= 86400 then
    refuse(context, "second", second)
  else
    context.tree:add(F.time_of_day, range_of(context), time_of_day(second))
  end
end

function SHOW.time(context)
  local seconds = take(context.reader, 31)
  if seconds == 2147483647 then
    add_text(context, "Time", "unknown")
  else
    context.tree:add(F.time, range_of(context), NSTime.new(EPOCH_S + seconds, 0))
  end
end

function SHOW.faults(context)
  for _, name in ipairs(FAULTS) do
    if take(context.reader, 1) == 1 then context.tree:add(F.fault, range_of(context), name) end
  end
end

function SHOW.uptime_class(context)
  local class = take(context.reader, 4)
  context.uptime_class = class
  if class == 15 then
    add_text(context, "Uptime", "unknown")
  elseif not context.long then
    context.tree:add(F.uptime_at_least_s, range_of(context), class == 0 and 0 or 60 * 2 ^ (class - 1)):append_text(" s")
  end
end

function SHOW.firmware(context)
  local version = take(context.reader, 24)
  if version == 16777215 then
    add_text(context, "Firmware", "unknown")
  else
    context.tree:add(F.firmware, range_of(context),
      string.format("%d.%d.%d", floor(version / 65536), floor(version / 256) % 256, version % 256))
  end
end

function SHOW.command(context)
  local code = take(context.reader, 4)
  context.command = code
  if COMMAND_BYTES[code] ~= #context.reader.bytes then
    refuse(context, "command", code .. " in a body of " .. #context.reader.bytes .. " bytes")
    context.command = nil
  else
    context.tree:add(F.command, range_of(context), COMMANDS[code])
  end
end

function SHOW.expiry(context)
  local code = take(context.reader, 28)
  if code == 268435455 then
    add_text(context, "Expiry", "never")
  else
    context.tree:add(F.expiry, range_of(context), NSTime.new(EPOCH_S + 8 * code, 0))
  end
end

function SHOW.key(context)
  context.tree:add(F.key, context.tvb(4, 16))
end

local function show_list(context, list)
  for _, field in ipairs(list) do SHOW[field.type](context, field) end
end

local function uptime_class_of(seconds)
  if not seconds then return 15 end
  local minutes, class = floor(seconds / 60), 0
  while minutes > 0 and class < 14 do
    minutes, class = floor(minutes / 2), class + 1
  end
  return class
end

local BODIES = {
  [1] = function(context) show_position(context, false, false) show_list(context, LIVE) SHOW.reserved(context, { bits = 1 }) end,
  [2] = function(context) show_position(context, true, false) show_list(context, LIVE) SHOW.reserved(context, { bits = 2 }) end,
  [5] = function(context, flags)
    local in_world = band(flags, 8) ~= 0
    SHOW.time(context)
    if show_position(context, in_world, true) then
      context.tree:add(F.position_age, range_of(context), POSITION_AGE[band(flags, 3)])
    end
    show_list(context, EVENT)
    if not in_world then SHOW.reserved(context, { bits = 7 }) end
    if band(flags, 4) ~= 0 then show_list(context, CONTACT) end
  end,
  [6] = function(context, flags)
    context.long = band(flags, 8) ~= 0
    show_list(context, STATUS)
    if context.long then
      show_list(context, STATUS_LONG)
      if uptime_class_of(context.uptime_s) ~= context.uptime_class then refuse(context, "uptime", context.uptime_class) end
    end
    if band(flags, 4) ~= 0 then show_list(context, LOSSES) end
  end,
  [7] = function(context)
    show_list(context, ACKNOWLEDGEMENT)
    if #context.reader.bytes > 8 then show_list(context, SELECTIVE) end
  end,
  [8] = function(context)
    show_list(context, COMMAND)
    if context.command then show_list(context, COMMAND_BODY[context.command]) end
  end,
}

local function show_point(context, field, index, point)
  local item = context.tree:add(field, context.tvb(), index)
  item:add(F.time, context.tvb(), NSTime.new(point.utc_s, 0))
  item:add(F.lat_deg, context.tvb(), point.lat / 100000):append_text(" deg")
  item:add(F.lon_deg, context.tvb(), point.lon / 100000):append_text(" deg")
  if point.sog then item:add(F.sog_kn, context.tvb(), point.sog / 10):append_text(" kn") end
  if point.cog then item:add(F.cog_deg, context.tvb(), point.cog):append_text(" deg") end
end

BODIES[3] = function(context)
  local track, reason = read_track(context.reader.bytes)
  if not track then
    context.reason = reason
    return
  end
  context.tree:add(F.interval_s, context.tvb(0, 13), track.interval):append_text(" s")
  context.tree:add(F.count, context.tvb(0, 13), #track.points)
  for i, point in ipairs(track.points) do show_point(context, F.fix, i, point) end
end

BODIES[4] = function(context)
  local sketch, reason = read_sketch(context.reader.bytes)
  if not sketch then
    context.reason = reason
    return
  end
  context.tree:add(F.bound_m, context.tvb(0, 12), sketch.bound_m):append_text(" m")
  context.tree:add(F.count, context.tvb(0, 12), #sketch.points)
  for i, point in ipairs(sketch.points) do show_point(context, F.vertex, i, point) end
end

-- ---- a frame

local function reject(tree, tvb, reason, text, info)
  tree:add(F.rejection, tvb, reason):set_generated()
  tree:add_proto_expert_info(reason == "TagMismatch" and X.tag or X.rejected, reason .. ": " .. text)
  info[#info + 1] = reason
end

local function show_body(tree, tvb, header, bytes, body, info)
  local opened = ByteArray.new((body:gsub(".", function(c) return string.format("%02x", c:byte()) end))):tvb("Opened body")
  local subtree = tree:add(boat, opened(), "Body: " .. KINDS[header.kind])
  subtree:add(F.body, opened())
  local context = { tree = subtree, tvb = opened, reader = new_reader(body) }
  BODIES[header.kind](context, header.flags)
  if context.reason then reject(tree, tvb, "FieldOutOfRange", context.reason, info) end
end

-- Dissects the frame that fills the buffer. where tells frames of one packet apart.
local function dissect_frame(tvb, pinfo, tree, direction, where)
  local bytes = tvb:raw()
  local item = tree:add(boat, tvb())
  local info = {}
  local header, reason, text = read_header(bytes, direction)
  show_header(item, tvb, header)
  if reason then
    reject(item, tvb(), reason, text, info)
  else
    local length = #bytes - header.bytes - header.tag
    item:add(F.body_length, length):set_generated()
    item:add(F.sealed, tvb(header.bytes, length))
    item:add(F.tag, tvb(#bytes - header.tag, header.tag))
    info[1] = KINDS[header.kind] .. ", unit " .. header.unit
    local place = pinfo.number .. "/" .. where
    local result = solved[place]
    if not result or result.bytes ~= bytes or result.keys ~= boat.prefs.keys then
      local body, outcome = open_frame(header, bytes, pinfo.abs_ts)
      result = { bytes = bytes, keys = boat.prefs.keys, body = body, outcome = outcome }
      solved[place] = result
    end
    if not result.body then
      item:add(F.tag_status, tvb(#bytes - header.tag, header.tag), result.outcome):set_generated()
      if result.outcome == "bad" then
        reject(item, tvb(), "TagMismatch", "forged, damaged, under another key or counter, or for another area", info)
      end
    else
      item:add(F.tag_status, tvb(#bytes - header.tag, header.tag), "good"):set_generated()
      if header.low then
        counters[header.down and "down" or "up"][header.unit] = result.outcome
        item:add(F.counter, tvb(2, 2), result.outcome):set_generated()
      end
      show_body(item, tvb(), header, bytes, result.body, info)
    end
  end
  item:append_text(": " .. table.concat(info, ", "))
  return table.concat(info, ", ")
end

function boat.dissector(tvb, pinfo, tree)
  pinfo.cols.protocol = "BOAT"
  pinfo.cols.info = dissect_frame(tvb, pinfo, tree, nil, "frame")
  return tvb:len()
end

function boat.init()
  counters = { up = {}, down = {} }
  solved = {}
end

-- ---- UDP datagrams of frames (docs/ingest.md, "Cellular units"): behind a byte 00 several, each behind its length; else one

function boat_udp.dissector(tvb, pinfo, tree)
  pinfo.cols.protocol = "BOAT"
  local item = tree:add(boat_udp, tvb())
  if tvb:len() == 0 then return 0 end
  if tvb(0, 1):uint() ~= 0 then
    pinfo.cols.info = dissect_frame(tvb, pinfo, tree, nil, "udp")
    return tvb:len()
  end
  local at, infos = 1, {}
  while at < tvb:len() do
    local length = tvb(at, 1):uint()
    item:add(U.length, tvb(at, 1))
    if length == 0 or at + 1 + length > tvb:len() then
      item:add_proto_expert_info(U.cut, "a frame of " .. length .. " bytes, " .. (tvb:len() - at - 1) .. " are left")
      break
    end
    infos[#infos + 1] = dissect_frame(tvb(at + 1, length):tvb(), pinfo, tree, nil, "udp" .. at)
    at = at + 1 + length
  end
  pinfo.cols.info = table.concat(infos, "; ")
  return tvb:len()
end

-- ---- Semtech UDP packet forwarder

local IDENTIFIERS = {
  [0] = "PUSH_DATA", [1] = "PUSH_ACK", [2] = "PULL_DATA", [3] = "PULL_RESP", [4] = "PULL_ACK", [5] = "TX_ACK",
}
local S = {
  version = ProtoField.uint8("boat_semtech.version", "Protocol version"),
  token = ProtoField.uint16("boat_semtech.token", "Token", base.HEX),
  identifier = ProtoField.uint8("boat_semtech.identifier", "Identifier", base.DEC, IDENTIFIERS),
  gateway = ProtoField.bytes("boat_semtech.gateway", "Gateway EUI"),
  json = ProtoField.string("boat_semtech.json", "JSON"),
}
semtech.fields = { S.version, S.token, S.identifier, S.gateway, S.json }
local bad_base64 = ProtoExpert.new("boat_semtech.bad_base64", "data is no base64", expert.group.MALFORMED, expert.severity.WARN)
semtech.experts = { bad_base64 }

local DIGITS = {}
for i, character in ipairs({ ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"):byte(1, 64) }) do
  DIGITS[character] = i - 1
end
DIGITS[("-"):byte()], DIGITS[("_"):byte()] = 62, 63 -- URL-safe, which forwarders send too

-- Base64 with or without padding, as hex; nil if it is none.
local function base64_to_hex(text)
  local value, bits, hex = 0, 0, {}
  for i = 1, #text do
    local digit = DIGITS[text:byte(i)]
    if not digit then return nil end
    value, bits = value * 64 + digit, bits + 6
    if bits >= 8 then
      bits = bits - 8
      hex[#hex + 1] = string.format("%02x", floor(value / 2 ^ bits))
      value = value % 2 ^ bits
    end
  end
  return table.concat(hex)
end

-- Frames in the data members of rxpk and txpk.
local function dissect_packets(json, pinfo, tree, item, direction)
  local infos, index = {}, 0
  for text in json:gmatch('"data"%s*:%s*"([^"]*)"') do
    index = index + 1
    local hex = base64_to_hex((text:gsub("\\/", "/"):gsub("=+$", "")))
    if not hex then
      item:add_proto_expert_info(bad_base64, "data of packet " .. index)
    elseif hex ~= "" then
      local tvb = ByteArray.new(hex):tvb("Packet " .. index)
      infos[#infos + 1] = dissect_frame(tvb, pinfo, tree, direction, "packet" .. index)
    end
  end
  return infos
end

function semtech.dissector(tvb, pinfo, tree)
  if tvb:len() < 4 or not IDENTIFIERS[tvb(3, 1):uint()] then return 0 end
  local identifier = tvb(3, 1):uint()
  local item = tree:add(semtech, tvb())
  item:add(S.version, tvb(0, 1))
  item:add(S.token, tvb(1, 2))
  item:add(S.identifier, tvb(3, 1))
  local at = 4
  if (identifier == 0 or identifier == 2 or identifier == 5) and tvb:len() >= 12 then
    item:add(S.gateway, tvb(4, 8))
    at = 12
  end
  pinfo.cols.protocol = "SEMTECH"
  local infos = {}
  if tvb:len() > at and (identifier == 0 or identifier == 3 or identifier == 5) then
    local json = tvb(at):raw()
    item:add(S.json, tvb(at))
    if identifier ~= 5 then infos = dissect_packets(json, pinfo, tree, item, identifier == 0 and "up" or "down") end
  end
  table.insert(infos, 1, IDENTIFIERS[identifier])
  pinfo.cols.info = table.concat(infos, "; ")
  return tvb:len()
end

-- ---- ports

local udp_port = DissectorTable.get("udp.port")
local registered = { [boat_udp] = "", [semtech] = "" }

local function register(protocol)
  if registered[protocol] ~= protocol.prefs.ports then
    if registered[protocol] ~= "" then udp_port:remove(registered[protocol], protocol) end
    registered[protocol] = protocol.prefs.ports
    if registered[protocol] ~= "" then udp_port:add(registered[protocol], protocol) end
  end
end
for _, protocol in ipairs({ boat_udp, semtech }) do
  protocol.prefs_changed = function() register(protocol) end
  register(protocol)
  udp_port:add_for_decode_as(protocol)
end
