-- requires: prelude
-- ARGV: group, our schema, an epoch to use if there is none, now. Answers {'ok', epoch} or {'newer', schema}.
need('events', 'stream')
need('meta', 'hash')
local refused = refusal()
if refused then
  return refused
end
local meta = K['meta']
local schema = tonumber(redis.call('HGET', meta, 'schema') or 0)
if schema > tonumber(ARGV[2]) then
  return {'newer', schema}
end
-- from 0, not from the end: a group made anew after a loss must see what is there (crash point C20)
local made = redis.pcall('XGROUP', 'CREATE', K['events'], ARGV[1], '0', 'MKSTREAM')
if made.err and not string.find(made.err, 'BUSYGROUP', 1, true) then
  return made
end
if redis.call('HSETNX', meta, 'epoch', ARGV[3]) == 1 then
  redis.call('HSET', meta, 'created', ARGV[4])
end
redis.call('HSET', meta, 'schema', ARGV[2])
return {'ok', redis.call('HGET', meta, 'epoch')}
