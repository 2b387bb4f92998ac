-- Stores a view, or that it was dropped. Its flags are computed and added to the entry here, once,
-- so that reading the stream again cannot change them: 1 visit, 2 first on page, 4 first on site.
--
-- KEYS: 3 readers of the event's day, 4 counters of its minute, and further days in which the id
--       may be known
-- ARGV: 5 field of the reader ('' for none), 6 field of reader and page, 7 second of the day in
--       three bytes, 8 how many views of a page a reader may have in a minute
--       and if its network is to be counted: 9 field of the network, 10 how many views came from
--       it since it was counted last, with this one, 11 how many may come in a minute

local VISIT_SECONDS = 1800
-- Longer values would unpack the small hash they stand in.
local SPANS = 10
local MINUTE_SECONDS = 120

local id, reader, on_page = ARGV[1], ARGV[5], ARGV[6]
local is_live = ARGV[3] == 'live'

local function count(field, more)
  local number = call('HINCRBY', KEYS[4], field, more)
  if number == more and call('PTTL', KEYS[4]) == -1 then
    call('EXPIRE', KEYS[4], MINUTE_SECONDS)
  end
  return number
end

-- Nothing of an event that is refused may be counted: it comes again.
if ARGV[9] and call('EXISTS', KEYS[1]) == 0 then
  return 'refused'
end

-- Do too many come from its network? What came before this view counts even if this one does not;
-- a log that is fed again counts once.
local is_crowded = false
if is_live and ARGV[9] then
  is_crowded = count(ARGV[9], tonumber(ARGV[10])) > tonumber(ARGV[11])
end

-- Is the id new?
local known_id = call('HMGET', KEYS[2], id, HAS_END)
local is_new = not known_id[1]
for place = 5, #KEYS do
  is_new = is_new and call('HEXISTS', KEYS[place], id) == 0
end
if not is_new then
  local answer = is_live and append_drop('duplicate') or 'seen'
  return is_crowded and 'crowded' or answer
end

-- What is known of its reader: the views of this page, whether there were any, and HAS_END.
local known = reader == '' and {} or call('HMGET', KEYS[3], on_page, reader, HAS_END)
local views = known[1]
local number_at, text_of, second

-- Is it beyond a limit? A reader's first view of a page is not counted. If one more comes in the
-- same minute, it is counted then.
local limit
if views then
  if call('EXISTS', KEYS[1]) == 0 then
    return 'refused'
  end
  number_at, text_of = numbers()
  second = number_at(ARGV[7], 1)
  local newest = number_at(views, #views - 2)
  local number = count(on_page, 1)
  if number == 1 and math.floor(newest / 60) == math.floor(second / 60) then
    number = count(on_page, 1)
  end
  limit = number > tonumber(ARGV[8]) and 'reader'
end
if not limit and ARGV[9] and not is_live then
  is_crowded = count(ARGV[9], tonumber(ARGV[10])) > tonumber(ARGV[11])
end
if limit or is_crowded then
  note(KEYS[2], known_id[2], id, BEYOND_LIMIT)
  append_drop('rate_limit', limit or 'network')
  return is_crowded and 'crowded' or 'dropped'
end

-- Does it begin a visit? The views of one reader on one page are kept as spans without a pause of
-- half an hour, in event time: a late event that falls into one or beside one starts no visit.
local spans, flags
if views then
  local stored = #views == 3 and views .. views or views
  local from, to, visit, others = second, second, 1, {}
  for place = 1, #stored, 6 do
    local first, last = number_at(stored, place), number_at(stored, place + 3)
    if second - last < VISIT_SECONDS and first - second < VISIT_SECONDS then
      from, to, visit = math.min(from, first), math.max(to, last), 0
    else
      others[#others + 1] = {first, last}
    end
  end
  others[#others + 1] = {from, to}
  table.sort(others, function(a, b) return a[1] < b[1] end)
  local texts = {}
  for place = math.max(1, #others - SPANS + 1), #others do
    texts[#texts + 1] = text_of(others[place][1]) .. text_of(others[place][2])
  end
  spans = #others == 1 and from == to and text_of(from) or table.concat(texts)
  flags = visit
else
  spans = ARGV[7]
  flags = reader == '' and 0 or known[2] and 3 or 7
end

if append(ARGV[2] .. flags) == 'refused' then
  return 'refused'
end
note(KEYS[2], known_id[2], id, '')
if flags == 7 then
  note(KEYS[3], known[3], reader, '', on_page, spans)
elseif reader ~= '' and spans ~= views then
  call('HSET', KEYS[3], on_page, spans)
end
return 'stored'
