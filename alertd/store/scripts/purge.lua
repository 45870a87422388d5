-- requires: prelude journal delivery
-- Forget deliveries that ended before the cutoff. ARGV: cutoff, then ids. Answers how many were forgotten.
local cutoff = tonumber(ARGV[1])
need_fixed()
local refused = refusal()
if refused then
  return refused
end
local records = {}
for i = 2, #ARGV do
  local record = load(ARGV[i])
  if record and ended(record) and record.finished_ms <= cutoff then
    records[#records + 1] = record
    if record.state == 'dead' then
      need('recv:' .. record.receiver, 'hash')
    end
  end
end
refused = refusal()
if refused then
  return refused
end
for _, record in ipairs(records) do
  redis.call('ZREM', K['done'], record.id)
  if redis.call('ZREM', K['dead'], record.id) == 1 then
    redis.call('HINCRBY', recv(record), 'dead', -1)
  end
  redis.call('HDEL', K['bodies'], record.id)
  redis.call('HDEL', K['payloads'], record.id)
  redis.call('HDEL', K['deliveries'], record.id)
end
return {'ok', #records}
