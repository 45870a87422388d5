-- requires: prelude
-- What is due, critical before normal, with what is needed to send it; one look, so that nothing moves between.
-- ARGV: receiver, now, limit. Answers {'ok', due time of the next or '', {id, record, message, payload}…}.
local receiver, now, limit = ARGV[1], ARGV[2], tonumber(ARGV[3])
local queues = {'q:' .. receiver .. ':critical', 'q:' .. receiver .. ':normal'}
for _, name in ipairs({'deliveries', 'bodies', 'payloads'}) do
  need(name, 'hash')
end
for _, name in ipairs(queues) do
  need(name, 'zset')
end
local refused = refusal()
if refused then
  return refused
end
local rows, following = {}, ''
for _, name in ipairs(queues) do
  local ids = redis.call('ZRANGEBYSCORE', K[name], '-inf', now, 'LIMIT', 0, limit - #rows)
  for _, id in ipairs(ids) do
    rows[#rows + 1] = {
      id,
      redis.call('HGET', K['deliveries'], id),
      redis.call('HGET', K['bodies'], id),
      redis.call('HGET', K['payloads'], id),
    }
  end
  local later = redis.call('ZRANGEBYSCORE', K[name], '(' .. now, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
  if later[2] and (following == '' or tonumber(later[2]) < tonumber(following)) then
    following = later[2]
  end
end
return {'ok', following, rows}
