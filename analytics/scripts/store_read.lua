-- Stores how much longer and deeper a view was read than is known. The last columns of the entry
-- are added here, once, so that reading the stream again cannot change them.
--
-- KEYS: from 3 further days in which the view may be known
-- ARGV: 5 seconds, 6 scroll

local READ_SECONDS = 1800

local number_at, text_of = numbers()

local key, known
for place = 2, #KEYS do
  known = call('HGET', KEYS[place], ARGV[1])
  if known then
    key = KEYS[place]
    break
  end
end
if not key then
  return append_drop('unknown_view')
end
if known == BEYOND_LIMIT then
  return 'seen'
end
local old_seconds, old_scroll, old_quarter = 0, 0, '-'
if known ~= '' then
  old_seconds = math.floor(number_at(known, 1) / 256)
  old_scroll = number_at(known, 1) % 256
  old_quarter = math.floor(old_scroll / 25)
end
local seconds = math.max(old_seconds, math.min(tonumber(ARGV[5]), READ_SECONDS))
local scroll = math.max(old_scroll, math.min(tonumber(ARGV[6]), 100))
if seconds == old_seconds and scroll == old_scroll then
  return 'seen'
end
local depths = old_quarter .. math.floor(scroll / 25)
local answer = append(
  ARGV[2] .. (seconds - old_seconds) .. '\t' .. (scroll - old_scroll) .. '\t' .. depths
)
if answer == 'stored' then
  call('HSET', key, ARGV[1], text_of(seconds * 256 + scroll))
end
return answer
