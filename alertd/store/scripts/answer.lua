-- requires: prelude
-- Keep what a model answered, or forget it. ARGV: key, answer ('' to forget it), now, end, most, most bytes, how long the
-- keys are kept in ms. What is over goes first, then what ends first, until the rest fits.
need('answers', 'hash')
need('answer_ends', 'zset')
local refused = refusal()
if refused then
  return refused
end
local answers, ends, now = K['answers'], K['answer_ends'], tonumber(ARGV[3])

local function forget(key)
  local size = redis.call('HSTRLEN', answers, key)
  redis.call('HDEL', answers, key)
  redis.call('ZREM', ends, key)
  return redis.call('HINCRBY', answers, '#', 0 - size)
end

local bytes = forget(ARGV[1])
if ARGV[2] ~= '' then
  local kept = ARGV[4] .. '|' .. ARGV[2]
  redis.call('HSET', answers, ARGV[1], kept)
  redis.call('ZADD', ends, ARGV[4], ARGV[1])
  bytes = redis.call('HINCRBY', answers, '#', #kept)
  redis.call('PEXPIRE', answers, ARGV[7])
  redis.call('PEXPIRE', ends, ARGV[7])
end
local first = redis.call('ZRANGE', ends, 0, 0, 'WITHSCORES')
while first[1] and
  (tonumber(first[2]) <= now or redis.call('ZCARD', ends) > tonumber(ARGV[5]) or bytes > tonumber(ARGV[6])) do
  bytes = forget(first[1])
  first = redis.call('ZRANGE', ends, 0, 0, 'WITHSCORES')
end
if not first[1] then
  redis.call('DEL', answers)
end
return {'ok'}
