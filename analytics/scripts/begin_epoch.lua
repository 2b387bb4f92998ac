-- Begins an epoch if none stands: the marker's id is above everything counted, so that later ids
-- are too, whatever the clock says. Answers the epoch's name.
--
-- KEYS: 1 epoch, 2 stream
-- ARGV: 1 id of the marker, 2 entry of the marker, 3 lost if the stream is known to lack its end

local stands = redis.call('EXISTS', KEYS[1], KEYS[2]) == 2
if stands and ARGV[3] == '' then
  return redis.call('GET', KEYS[1])
end
local marker = redis.pcall('XADD', KEYS[2], ARGV[1], 'e', ARGV[2])
if type(marker) == 'table' and marker.err then
  -- Another drain was first; the stream's ids are above by now.
  redis.call('XADD', KEYS[2], '*', 'e', ARGV[2])
end
redis.call('SET', KEYS[1], ARGV[1])
return ARGV[1]
