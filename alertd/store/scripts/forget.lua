-- requires: prelude
-- Drop what is over: of a hash whose fields have their ends in a sorted set. ARGV: the sorted set, the hash, until, most.
-- Where the name of the hash ends in ':', what stands before the '/' of a member completes it.
-- Answers how many were dropped. The silences are in another state then (silence.lua).
local index, into = ARGV[1], ARGV[2]
need(index, 'zset')
local refused = refusal()
if refused then
  return refused
end
local rows = {}
for i, member in ipairs(redis.call('ZRANGEBYSCORE', K[index], '-inf', ARGV[3], 'LIMIT', 0, ARGV[4])) do
  local name, row = into, member
  if string.sub(into, -1) == ':' then
    name = into .. string.match(member, '^[^/]*')
    row = string.match(member, '/(.*)$') or ''
  end
  need_once(name, 'hash')
  rows[i] = {member, name, row}
end
refused = refusal()
if refused then
  return refused
end
for _, row in ipairs(rows) do
  redis.call('ZREM', K[index], row[1])
  redis.call('HDEL', K[row[2]], row[3])
  if into == 'silences' then
    local state = redis.call('HGET', K[into], '#') or ''
    redis.call('HSET', K[into], '#', redis.sha1hex(state .. row[3]))
  end
end
return {'ok', #rows}
