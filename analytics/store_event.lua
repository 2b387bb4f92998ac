-- Stores one event, or says why not. Flags are computed here, once, so that reading
-- the stream again cannot change them. All keys carry the same hash tag.
--
-- KEYS: 1 epoch, 2 stream, 3-5 view ids of the event's day, the day before and the day after,
--       6 readers of the event's day, 7 counters of the event's minute, 8 readers of that minute
-- ARGV: 1 kind, 2 field of the id, 3 entry (its last column is added here), 4 replay or live,
--       5 seconds until the day's memory may go, 6 entry for a drop
--       view: 7 field of the reader ('' for none), 8 field of reader and page, 9 second of the
--       day, 10 field of the network ('' for unknown), 11 and 12 how many views a minute may have
--       by reader and page, and by network, 13 entry for a view beyond, to which the limit is added
--       read: 7 seconds, 8 scroll
--
-- Answers stored, seen, unknown or refused.
--
-- A call costs more than what it does, and each that writes is written to the append-only file
-- as well: ends of keys are asked for before they are set.

local VISIT_SECONDS = 1800
local READ_SECONDS = 1800
-- Longer values would unpack the small hash they stand in.
local SPANS = 10
local MINUTE_SECONDS = 120
local NOW_SECONDS = 420
-- Stands for a view that was beyond a limit: known, but without reading time.
local LIMITED = 'x'

local call = redis.call

local function number_at(text, place)
  local high, middle, low = string.byte(text, place, place + 2)
  return high * 65536 + middle * 256 + low
end

local function text_of(number)
  local high, rest = math.floor(number / 65536), number % 65536
  return string.char(high, math.floor(rest / 256), rest % 256)
end

local function let_end(key, seconds)
  if call('PTTL', key) == -1 then
    call('EXPIRE', key, seconds)
  end
end

local function append(entry)
  call('XADD', KEYS[2], '*', 'e', entry)
  return 'stored'
end

local function key_that_knows(field)
  for place = 3, 5 do
    if call('HEXISTS', KEYS[place], field) == 1 then
      return KEYS[place]
    end
  end
end

-- Remembers an id; false if it was known.
local function is_new(field)
  if call('HEXISTS', KEYS[4], field) == 1 or call('HEXISTS', KEYS[5], field) == 1 then
    return false
  end
  if call('HSETNX', KEYS[3], field, '') == 0 then
    return false
  end
  let_end(KEYS[3], ARGV[5])
  return true
end

-- The views of one reader on one page are kept as spans without a pause of half an hour, in
-- event time: a late event that falls into one or beside one starts no visit.
local function take_in(stored, second)
  if not stored then
    return 1, text_of(second)
  end
  local from, to, visit, spans = second, second, 1, {}
  if #stored == 3 then
    stored = stored .. stored
  end
  for place = 1, #stored, 6 do
    local first, last = number_at(stored, place), number_at(stored, place + 3)
    if second - last < VISIT_SECONDS and first - second < VISIT_SECONDS then
      from, to, visit = math.min(from, first), math.max(to, last), 0
    else
      spans[#spans + 1] = {first, last}
    end
  end
  spans[#spans + 1] = {from, to}
  table.sort(spans, function(a, b) return a[1] < b[1] end)
  if #spans == 1 and from == to then
    return visit, text_of(from)
  end
  local texts = {}
  for place = math.max(1, #spans - SPANS + 1), #spans do
    texts[#texts + 1] = text_of(spans[place][1]) .. text_of(spans[place][2])
  end
  return visit, table.concat(texts)
end

local function is_beyond(field, limit)
  if field == '' then
    return false
  end
  local views = call('HINCRBY', KEYS[7], field, 1)
  if views == 1 then
    let_end(KEYS[7], MINUTE_SECONDS)
  end
  return views > tonumber(limit)
end

local function limit_passed()
  return is_beyond(ARGV[8], ARGV[11]) and 'reader' or is_beyond(ARGV[10], ARGV[12]) and 'network'
end

-- Notes the reader of a view and returns its flags: 1 visit, 2 first on page, 4 first on site.
local function flags_of_reader()
  local known = call('HMGET', KEYS[6], ARGV[8], ARGV[7])
  local stored = known[1]
  local flags, spans = take_in(stored, tonumber(ARGV[9]))
  if not stored then
    flags = flags + 2
    if known[2] then
      call('HSET', KEYS[6], ARGV[8], spans)
    else
      flags = flags + 4
      call('HSET', KEYS[6], ARGV[7], '', ARGV[8], spans)
    end
    let_end(KEYS[6], ARGV[5])
  elseif spans ~= stored then
    call('HSET', KEYS[6], ARGV[8], spans)
  end
  if ARGV[4] == 'live' and call('PFADD', KEYS[8], ARGV[7]) == 1 then
    let_end(KEYS[8], NOW_SECONDS)
  end
  return flags
end

local function store_view()
  if not is_new(ARGV[2]) then
    if ARGV[4] == 'live' then
      append(ARGV[6])
    end
    return 'seen'
  end
  local limit = limit_passed()
  if limit then
    call('HSET', KEYS[3], ARGV[2], LIMITED)
    return append(ARGV[13] .. limit)
  end
  return append(ARGV[3] .. (ARGV[7] == '' and 0 or flags_of_reader()))
end

local function store_read()
  local key = key_that_knows(ARGV[2])
  if not key then
    append(ARGV[6])
    return 'unknown'
  end
  local stored = call('HGET', key, ARGV[2])
  if stored == LIMITED then
    return 'seen'
  end
  local old_seconds, old_scroll, old_quarter = 0, 0, '-'
  if stored ~= '' then
    old_seconds = math.floor(number_at(stored, 1) / 256)
    old_scroll = number_at(stored, 1) % 256
    old_quarter = math.floor(old_scroll / 25)
  end
  local seconds = math.max(old_seconds, math.min(tonumber(ARGV[7]), READ_SECONDS))
  local scroll = math.max(old_scroll, math.min(tonumber(ARGV[8]), 100))
  if seconds == old_seconds and scroll == old_scroll then
    return 'seen'
  end
  call('HSET', key, ARGV[2], text_of(seconds * 256 + scroll))
  local depths = old_quarter .. math.floor(scroll / 25)
  return append(ARGV[3] .. (seconds - old_seconds) .. '\t' .. (scroll - old_scroll) .. '\t' .. depths)
end

local function store_drop()
  return is_new(ARGV[2]) and append(ARGV[3]) or 'seen'
end

if call('EXISTS', KEYS[1], KEYS[2]) < 2 then
  return 'refused'
end
if ARGV[1] == 'v' then
  return store_view()
elseif ARGV[1] == 'r' then
  return store_read()
end
return store_drop()
