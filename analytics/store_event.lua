-- Stores one event, or says why not. Flags are computed here, once, so that reading
-- the stream again cannot change them. All keys carry the same hash tag.
--
-- KEYS: 1 epoch, 2 stream, 3 readers of the event's day, 4 counters of its minute, 5 readers of
--       that minute, 6 view ids of its day, and further days in which the id may be known
-- ARGV: 1 kind, 2 field of the id, 3 entry (its last column is added here), 4 replay or live,
--       5 seconds until the day's memory may go
--       view: 6 field of the reader ('' for none), 7 field of reader and page, 8 second of the
--       day, 9 field of the network ('' for unknown), 10 and 11 how many views a minute may have
--       by reader and page, and by network
--       read: 6 seconds, 7 scroll
--
-- Answers stored, seen, unknown or refused.
--
-- A call costs more than what it does, and each that writes is written to the append-only file
-- as well: ends of keys are asked for before they are set, and what is not needed is not asked.

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

-- Appends that the event was dropped, in the bucket of its entry.
local function append_drop(reason, detail)
  local version, bucket = string.match(ARGV[3], '^(%d+)%a\t(%d+)\t')
  return append(version .. 'd\t' .. bucket .. '\t' .. reason .. '\t' .. (detail or ''))
end

local function key_that_knows(field)
  for place = 6, #KEYS do
    if call('HEXISTS', KEYS[place], field) == 1 then
      return KEYS[place]
    end
  end
end

-- Remembers an id; false if it was known.
local function is_new(field)
  for place = 7, #KEYS do
    if call('HEXISTS', KEYS[place], field) == 1 then
      return false
    end
  end
  if call('HSETNX', KEYS[6], field, '') == 0 then
    return false
  end
  let_end(KEYS[6], ARGV[5])
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

local function number_of_views(field)
  local views = call('HINCRBY', KEYS[4], field, 1)
  if views == 1 then
    let_end(KEYS[4], MINUTE_SECONDS)
  end
  return views
end

local function is_in_this_minute(second)
  return math.floor(second / 60) == math.floor(tonumber(ARGV[8]) / 60)
end

-- The first view of a reader on a page is beyond no limit and is not counted. If one more comes
-- in the same minute, it is counted then.
local function is_reader_beyond(stored)
  if not stored then
    return false
  end
  local views = number_of_views(ARGV[7])
  if views == 1 and is_in_this_minute(number_at(stored, #stored - 2)) then
    views = number_of_views(ARGV[7])
  end
  return views > tonumber(ARGV[10])
end

local function is_network_beyond()
  return ARGV[9] ~= '' and number_of_views(ARGV[9]) > tonumber(ARGV[11])
end

-- Notes the reader of a view and returns its flags: 1 visit, 2 first on page, 4 first on site.
local function flags_of_reader(stored, is_known)
  local flags, spans = take_in(stored, tonumber(ARGV[8]))
  if not stored then
    flags = flags + 2
    if is_known then
      call('HSET', KEYS[3], ARGV[7], spans)
    else
      flags = flags + 4
      call('HSET', KEYS[3], ARGV[6], '', ARGV[7], spans)
      let_end(KEYS[3], ARGV[5])
    end
  elseif spans ~= stored then
    call('HSET', KEYS[3], ARGV[7], spans)
  end
  if ARGV[4] == 'live' and call('PFADD', KEYS[5], ARGV[6]) == 1 then
    let_end(KEYS[5], NOW_SECONDS)
  end
  return flags
end

local function store_view()
  if not is_new(ARGV[2]) then
    if ARGV[4] == 'live' then
      append_drop('duplicate')
    end
    return 'seen'
  end
  local known = ARGV[6] == '' and {} or call('HMGET', KEYS[3], ARGV[7], ARGV[6])
  local limit = is_reader_beyond(known[1]) and 'reader' or is_network_beyond() and 'network'
  if limit then
    call('HSET', KEYS[6], ARGV[2], LIMITED)
    return append_drop('rate_limit', limit)
  end
  return append(ARGV[3] .. (ARGV[6] == '' and 0 or flags_of_reader(known[1], known[2])))
end

local function store_read()
  local key = key_that_knows(ARGV[2])
  if not key then
    append_drop('unknown_view')
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
  local seconds = math.max(old_seconds, math.min(tonumber(ARGV[6]), READ_SECONDS))
  local scroll = math.max(old_scroll, math.min(tonumber(ARGV[7]), 100))
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
