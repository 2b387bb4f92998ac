-- Notes readers of a minute, about whom nobody needs to know more than about how many they were.
--
-- KEYS: 1 readers of the minute
-- ARGV: 1 seconds until they may go, and then their fields

redis.call('PFADD', KEYS[1], unpack(ARGV, 2))
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 'stored'
