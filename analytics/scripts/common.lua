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
-- as well: ends of keys are asked for before they are set, and what is not needed is not asked.
-- Even to make a function takes time: what only few events need is made where they need it.

local call = redis.call
-- Stands for a view that was beyond a limit: known, but without reading time.
local BEYOND_LIMIT = 'x'

-- Redis lost its data: only the drain begins a stream, above all that is counted.
if call('EXISTS', KEYS[1]) == 0 then
  return 'refused'
end

-- Notes the id, and when its day may go; false if it was known.
local function note_id()
  if call('HSETNX', KEYS[2], ARGV[1], '') == 0 then
    return false
  end
  if call('PTTL', KEYS[2]) == -1 then
    call('EXPIRE', KEYS[2], ARGV[4])
  end
  return true
end

local function append(entry)
  call('XADD', KEYS[1], '*', 'e', entry)
  return 'stored'
end

-- Appends that the event was dropped, in the bucket of its entry.
local function append_drop(reason, detail)
  local version, bucket = string.match(ARGV[2], '^(%d+)%a\t(%d+)\t')
  append(version .. 'd\t' .. bucket .. '\t' .. reason .. '\t' .. (detail or ''))
  return 'dropped'
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
