-- requires: prelude
-- Take the turn at notes that are due, the oldest first: until its end nobody else is given them.
-- ARGV: now, end of the turn, most. Answers {'ok', alerts}.
need('note_due', 'zset')
local refused = refusal()
if refused then
  return refused
end
local found = redis.call('ZRANGEBYSCORE', K['note_due'], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])
for _, alert in ipairs(found) do
  redis.call('ZADD', K['note_due'], ARGV[2], alert)
end
return {'ok', found}
