-- requires: prelude journal delivery queueing effects
-- Compare-and-set of an alert, together with the deliveries and all else that follows from it.
-- ARGV: alert, expected version, state, lifetime in seconds, now, at, the event taken in (or empty), how long in
-- seconds it leads to the alert, effects (effects.lua), then record and message of each delivery.
-- Answers {'ok'}, or {'conflict', version, state, lanes}, also where a mark is not the expected one, or when the same
-- call is repeated, which changes nothing.
local id, expected, state, lifetime = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local now, at, event = tonumber(ARGV[5]), ARGV[6], ARGV[7]
local effects, first = read_effects(9)
need('alert:' .. id, 'hash')
need('alerts', 'zset')
if event ~= '' then
  need('told:' .. event, 'set')
end
need_fixed()
need_effects(effects)
local refused = refusal()
if refused then
  return refused
end
local alert = K['alert:' .. id]
local stored = redis.call('HMGET', alert, 'v', 's', 'l')
if (stored[1] or '0') ~= expected or not marks_stand(effects, now) then
  return {'conflict', stored[1] or '0', stored[2] or '', stored[3] or ''}
end
local plan = plan_deliveries(first)
refused = refusal()
if refused then
  return refused
end
local version = tonumber(expected) + 1
redis.call('HSET', alert, 'v', version, 's', state)
redis.call('HDEL', alert, 'l')
redis.call('EXPIRE', alert, lifetime)
redis.call('ZADD', K['alerts'], now, id)
if event ~= '' then
  redis.call('SADD', K['told:' .. event], id)
  redis.call('EXPIRE', K['told:' .. event], ARGV[8])
end
queue_deliveries(plan, now, at)
bring_about(effects, id, version, now)
return {'ok'}
