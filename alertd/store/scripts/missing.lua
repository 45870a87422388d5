-- requires: prelude
-- Count the events that left the stream without being finished: something else deleted or trimmed them. What was counted
-- is not counted again. ARGV: now, and for how long nobody need have counted: after a longer time, or where more is in
-- the stream than was counted in, another version of alertd may work here, which takes out uncounted what it put in:
-- it is counted again when that was so long ago.
-- Answers {'ok', how many since the last time}.
local now, longest = tonumber(ARGV[1]), tonumber(ARGV[2])
need('events', 'stream')
need('flow', 'hash')
local refused = refusal()
if refused then
  return refused
end
local flow = redis.call('HMGET', K['flow'], 'in', 'out', 'at', 'odd')
local at = tonumber(flow[3] or 0)
local missing = tonumber(flow[1] or 0) - tonumber(flow[2] or 0) - redis.call('XLEN', K['events'])
if missing ~= 0 then
  redis.call('HINCRBY', K['flow'], 'out', string.format('%.0f', missing))
end
redis.call('HSET', K['flow'], 'at', now, 'odd', missing < 0 and now or flow[4] or 0)
if now - at > longest or missing < 0 or now - tonumber(flow[4] or 0) <= longest then
  missing = 0
end
return {'ok', missing}
