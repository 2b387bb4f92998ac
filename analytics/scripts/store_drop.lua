-- Stores that an event was dropped before it came here, once.

local known = call('HMGET', KEYS[2], ARGV[1], HAS_END)
if known[1] then
  return 'seen'
end
local answer = append(ARGV[2])
if answer == 'stored' then
  note(KEYS[2], known[2], ARGV[1], '')
end
return answer
