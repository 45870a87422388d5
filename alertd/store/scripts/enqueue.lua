-- requires: prelude journal delivery queueing
-- ARGV: now, at, then record and message of each delivery. Answers the ids that were newly queued.
local now, at = tonumber(ARGV[1]), ARGV[2]
need_fixed()
local refused = refusal()
if refused then
  return refused
end
local plan = plan_deliveries(3)
refused = refusal()
if refused then
  return refused
end
return {'ok', queue_deliveries(plan, now, at)}
