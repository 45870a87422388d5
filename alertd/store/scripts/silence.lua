-- requires: prelude journal
-- Write a silence with its line of the journal. ARGV: silence, JSON, end, record, ids.
-- The field '#' says in which state the hash is: a new one for each change, and never one of another history, which a
-- number would be after a failover that lost some changes.
local ids = {}
for i = 5, #ARGV do
  ids[#ids + 1] = ARGV[i]
end
need('silences', 'hash')
need('silence_ends', 'zset')
need_journal(ids)
local refused = refusal()
if refused then
  return refused
end
if redis.call('HGET', K['silences'], ARGV[1]) ~= ARGV[2] then
  local state = redis.call('HGET', K['silences'], '#') or ''
  redis.call('HSET', K['silences'], ARGV[1], ARGV[2], '#', redis.sha1hex(state .. ARGV[1] .. ARGV[2]))
  redis.call('ZADD', K['silence_ends'], ARGV[3], ARGV[1])
end
journal(ARGV[4], ids)
return {'ok'}
