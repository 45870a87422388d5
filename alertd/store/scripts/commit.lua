-- requires: prelude journal delivery queueing
-- Compare-and-set of an alert, together with the deliveries that follow from it.
-- ARGV: alert, expected version, state, lifetime in seconds, now, at, the event taken in (or empty), then record and
-- message of each delivery.
-- Answers {'ok'}, or {'conflict', version, state}: also when the same call is repeated, which changes nothing.
local id, expected, state, lifetime = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local now, at, event = tonumber(ARGV[5]), ARGV[6], ARGV[7]
need('alert:' .. id, 'hash')
need('alerts', 'zset')
if event ~= '' then
  need('told:' .. event, 'set')
end
need_fixed()
local refused = refusal()
if refused then
  return refused
end
local alert = K['alert:' .. id]
local stored = redis.call('HMGET', alert, 'v', 's')
if (stored[1] or '0') ~= expected then
  return {'conflict', stored[1] or '0', stored[2] or ''}
end
local plan = plan_deliveries(8)
refused = refusal()
if refused then
  return refused
end
redis.call('HSET', alert, 'v', tonumber(expected) + 1, 's', state)
redis.call('EXPIRE', alert, lifetime)
redis.call('ZADD', K['alerts'], now, id)
if event ~= '' then
  redis.call('SADD', K['told:' .. event], id)
  redis.call('EXPIRE', K['told:' .. event], lifetime)
end
queue_deliveries(plan, now, at)
return {'ok'}
