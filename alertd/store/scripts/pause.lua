-- requires: prelude
-- ARGV: receiver, until. A pause that ends wakes the receiver's worker.
need('recv:' .. ARGV[1], 'hash')
need('receivers', 'set')
need('wake', 'list')
local refused = refusal()
if refused then
  return refused
end
redis.call('HSET', K['recv:' .. ARGV[1]], 'paused_until_ms', ARGV[2])
redis.call('SADD', K['receivers'], ARGV[1])
if tonumber(ARGV[2]) == 0 then
  wake(ARGV[1])
end
return {'ok'}
