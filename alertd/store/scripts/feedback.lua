-- requires: prelude
-- Remember what people think of an alert. ARGV: portfolio, alert, JSON, until when.
need('feedback:' .. ARGV[1], 'hash')
need('feedback_ends', 'zset')
local refused = refusal()
if refused then
  return refused
end
redis.call('HSET', K['feedback:' .. ARGV[1]], ARGV[2], ARGV[3])
redis.call('ZADD', K['feedback_ends'], ARGV[4], ARGV[1] .. '/' .. ARGV[2])
return {'ok'}
