-- requires: prelude journal delivery
-- What waits to be tried again after a failure is due now: whoever is to get it may have been mended. What waits for
-- another reason waits on.
-- ARGV: receiver, now, how many are looked at in each queue. Answers how many were moved.
local now = tonumber(ARGV[2])
need('deliveries', 'hash')
need('wake', 'list')
need_receiver({receiver = ARGV[1]})
local refused = refusal()
if refused then
  return refused
end
local moved = 0
for _, lane in ipairs({'critical', 'normal'}) do
  local name = queue({receiver = ARGV[1], lane = lane})
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', name, '(' .. string.format('%.0f', now), '+inf', 'LIMIT', 0, ARGV[3])) do
    local record = peek(id)
    if record and record.state == 'queued' and record.failures > 0 then
      record.due_ms = now
      save(record)
      redis.call('ZADD', name, string.format('%.0f', now), id)
      moved = moved + 1
    end
  end
end
if moved > 0 then
  wake(ARGV[1])
end
return {'ok', moved}
