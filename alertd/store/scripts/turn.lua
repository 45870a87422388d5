-- requires: prelude
-- ARGV: name, token, now, interval, longest wait. A turn is a moment of one's own to press on a host that counts what
-- all of our processes send. Asked again with its token it gives the same moment, or tells of the silence begun since.
local turns, quiet = 'turns:' .. ARGV[1], 'quiet:' .. ARGV[1]
need(turns, 'zset')
need(quiet, 'string')
local AHEAD_MS = 600000
local refused = refusal()
if refused then
  return refused
end
local now, interval, longest = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local silent = tonumber(redis.call('GET', K[quiet]) or '0')
if silent > now then
  return {'quiet', silent}
end
local had = redis.call('ZSCORE', K[turns], ARGV[2])
if had then
  return {'turn', tonumber(had)}
end
local last = redis.call('ZREVRANGE', K[turns], 0, 0, 'WITHSCORES')
-- turns so far ahead are those of a clock that was set back meanwhile: they hold nobody up
if last[2] and tonumber(last[2]) > now + longest + AHEAD_MS then
  redis.call('DEL', K[turns])
  last = {}
end
local at = math.max(now, (tonumber(last[2]) or 0) + interval)
if at - now > longest then
  return {'full', at}
end
redis.call('ZADD', K[turns], at, ARGV[2])
redis.call('ZREMRANGEBYSCORE', K[turns], '-inf', now - 60000)
redis.call('PEXPIRE', K[turns], at - now + 120000)
return {'turn', at}
