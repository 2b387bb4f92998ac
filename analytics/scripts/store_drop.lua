-- Stores that an event was dropped before it came here, once.

if not note_id() then
  return 'seen'
end
local answer = append(ARGV[2])
if answer == 'refused' then
  call('HDEL', KEYS[2], ARGV[1])
end
return answer
