-- requires: prelude journal delivery queueing
-- Take alerts out of a window and queue the messages about them, which completes what a commit began.
-- ARGV: window, now, at, until when the number of its messages is known, the record, number of its ids, of members, of
-- lanes and of timers, the part that the messages were made for or -1, ids, alert and version of each member, alert,
-- line and version (or empty) of each lane, name and due time of each timer, record and message of each delivery.
-- Answers {'ok'}, or {'no'} if a member is not there as it was read, another has used the part, or an alert has another version; then nothing is done.
local window, now, at = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local members_at = 11 + tonumber(ARGV[6])
local lanes_at = members_at + 2 * tonumber(ARGV[7])
local timers_at = lanes_at + 3 * tonumber(ARGV[8])
local deliveries_at = timers_at + 2 * tonumber(ARGV[9])
local ids = {}
for i = 11, members_at - 1 do
  ids[#ids + 1] = ARGV[i]
end
need('held:' .. window, 'hash')
need('windows', 'zset')
need('parts', 'hash')
need('part_ends', 'zset')
if deliveries_at > timers_at then
  need('timers', 'zset')
end
for i = lanes_at, timers_at - 1, 3 do
  need_once('alert:' .. ARGV[i], 'hash')
end
need_fixed()
need_journal(ids)
local refused = refusal()
if refused then
  return refused
end
local held = K['held:' .. window]
for i = members_at, lanes_at - 1, 2 do
  local stored = redis.call('HGET', held, ARGV[i]) or ''
  if string.match(stored, '^%d+') ~= ARGV[i + 1] then
    return {'no'}
  end
end
for i = lanes_at, timers_at - 1, 3 do
  local version = ARGV[i + 2]
  if version ~= '' and (redis.call('HGET', K['alert:' .. ARGV[i]], 'v') or '0') ~= version then
    return {'no'}
  end
end
local part = redis.call('HGET', K['parts'], window) or '0'
if #ARGV >= deliveries_at and ARGV[10] ~= '-1' and ARGV[10] ~= part then
  return {'no'}
end
local plan = plan_deliveries(deliveries_at)
refused = refusal()
if refused then
  return refused
end
-- the HDEL comes first so that what was accepted goes out, and frees memory, when memory is full
for i = members_at, lanes_at - 1, 2 do
  redis.call('HDEL', held, ARGV[i])
end
if redis.call('EXISTS', held) == 0 then
  redis.call('ZREM', K['windows'], window)
end
-- another version, so that a commit that has not seen this decides again
for i = lanes_at, timers_at - 1, 3 do
  local alert = K['alert:' .. ARGV[i]]
  local lines, version = unpack(redis.call('HMGET', alert, 'l', 'v'))
  if lines or version or redis.call('EXISTS', alert) == 1 then
    redis.call('HINCRBY', alert, 'v', 1)
    redis.call('HSET', alert, 'l', (lines or '') .. ARGV[i + 1])
  end
end
for i = timers_at, deliveries_at - 1, 2 do
  redis.call('ZADD', K['timers'], 'NX', ARGV[i + 1], ARGV[i])
end
queue_deliveries(plan, now, at)
if #ARGV >= deliveries_at then
  redis.call('HINCRBY', K['parts'], window, 1)
  redis.call('ZADD', K['part_ends'], ARGV[4], window)
end
journal(ARGV[5], ids)
return {'ok'}
