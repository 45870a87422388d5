-- requires: prelude
-- Forget a timer unless it was set anew. ARGV: name, due.
need('timers', 'zset')
local refused = refusal()
if refused then
  return refused
end
if tonumber(redis.call('ZSCORE', K['timers'], ARGV[1]) or -1) == tonumber(ARGV[2]) then
  redis.call('ZREM', K['timers'], ARGV[1])
end
return {'ok'}
