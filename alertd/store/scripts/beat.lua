-- requires: prelude
-- Count one more second of a process's life, and say what stood there: a store that is older than the process knew
-- says less (store/age.py). It goes on behind what stood there and what the process knows, so that two that go by one
-- name by mistake take each other for no store that went back. Less than the process knows is left as it is until the
-- process says that it has seen to it: a reply can be lost, and what is written over could be noticed by nobody.
-- ARGV: member, count that it knows, time, seconds to keep, '1' if it has seen to it.
-- Answers {'ok', what stood there or '', epoch or '', count from now on; 0: nothing is written}.
local name = 'beat:' .. ARGV[1]
need(name, 'string')
need('meta', 'hash')
local refused = refusal()
if refused then
  return refused
end
local before = redis.call('GET', K[name]) or ''
local epoch = redis.call('HGET', K['meta'], 'epoch') or ''
local there, known = tonumber(string.match(before, '^%d+')) or 0, tonumber(ARGV[2])
if there < known and ARGV[5] ~= '1' then
  return {'ok', before, epoch, 0}
end
local count = math.max(there, known) + 1
redis.call('SET', K[name], string.format('%.0f|%s', count, ARGV[3]), 'EX', ARGV[4])
return {'ok', before, epoch, count}
