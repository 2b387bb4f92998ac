-- What the scripts that store an event share: it stands before each of them.
--
-- KEYS: 1 stream, 2 view ids of the event's day
-- ARGV: 1 field of the id, 2 entry, 3 replay or live, 4 seconds until the day's memory may go
--
-- All keys carry the same hash tag. The answer is stored, seen, refused, or dropped: then it was
-- stored that the event was dropped. A view answers crowded, whatever became of it, if too many
-- came from its network.
--
-- A call costs more than what it does, and each that writes is written to the append-only file
-- as well: a hash says itself that its end is set, and what is not needed is not asked. Even to
-- make a function takes time: what only few events need is made where they need it.

local call = redis.call
-- Stands for a view that was beyond a limit: known, but without reading time.
local BEYOND_LIMIT = 'x'

-- A field which says of a small hash that its end is set; all others are longer.
local HAS_END = 'e'

-- Notes fields in a small hash of the day.
local function note(key, has_end, ...)
  if has_end then
    call('HSET', key, ...)
  else
    call('HSET', key, HAS_END, '', ...)
    call('EXPIRE', key, ARGV[4])
  end
end

-- Redis that lost its data has no stream: only the drain begins one, above all that is counted.
local function append(entry, answer)
  return call('XADD', KEYS[1], 'NOMKSTREAM', '*', 'e', entry) and (answer or 'stored') or 'refused'
end

-- Appends that the event was dropped, in the bucket of its entry.
local function append_drop(reason, detail)
  local version, bucket = string.match(ARGV[2], '^(%d+)%a\t(%d+)\t')
  local entry = version .. 'd\t' .. bucket .. '\t' .. reason .. '\t' .. (detail or '')
  return append(entry, 'dropped')
end

-- How numbers of up to three bytes are kept: reads one at a place of a text, and writes one.
local function numbers()
  local function number_at(text, place)
    local high, middle, low = string.byte(text, place, place + 2)
    return high * 65536 + middle * 256 + low
  end
  local function text_of(number)
    local high, rest = math.floor(number / 65536), number % 65536
    return string.char(high, math.floor(rest / 256), rest % 256)
  end
  return number_at, text_of
end
