-- requires: prelude
-- The clock was set back: what was due at a time of the old clock is due as much earlier, or an hour's step would hold
-- it up for an hour. Leases keep their length. Once for each step, however often and by how many processes it is said:
-- those of one machine see the same step at about the same time.
-- ARGV: by how many ms, now, then the names of sorted sets by due time and of receivers' hashes.
-- Answers how many were moved.
local back, now = tonumber(ARGV[1]), tonumber(ARGV[2])
local SAME_MS, SAME_STEP_MS = 10000, 5000
need('meta', 'hash')
for i = 3, #ARGV do
  need_once(ARGV[i], string.sub(ARGV[i], 1, 5) == 'recv:' and 'hash' or 'zset')
end
local refused = refusal()
if refused then
  return refused
end
local before = split(redis.call('HGET', K['meta'], 'set_back') or '')
if before[2] and math.abs(before[1] - back) < SAME_STEP_MS and math.abs(before[2] - now) < SAME_MS then
  return {'ok', 0}
end
redis.call('HSET', K['meta'], 'set_back', ARGV[1] .. ',' .. ARGV[2])

local function earlier(at)
  return string.format('%.0f', math.max(now, tonumber(at) - back))
end

local moved = 0
for i = 3, #ARGV do
  local name = ARGV[i]
  if string.sub(name, 1, 5) == 'recv:' then
    local paused = tonumber(redis.call('HGET', K[name], 'paused_until_ms') or 0)
    if paused > now then
      redis.call('HSET', K[name], 'paused_until_ms', earlier(paused))
    end
  else
    local due = redis.call('ZRANGEBYSCORE', K[name], '(' .. string.format('%.0f', now), '+inf', 'WITHSCORES')
    for row = 1, #due, 2 do
      redis.call('ZADD', K[name], earlier(due[row + 1]), due[row])
      moved = moved + 1
    end
  end
end
return {'ok', moved}
