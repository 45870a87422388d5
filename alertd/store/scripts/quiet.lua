-- requires: prelude
-- ARGV: name, until, now. Nobody gets a turn before then; a shorter silence does not end a longer one.
local quiet = 'quiet:' .. ARGV[1]
need(quiet, 'string')
local refused = refusal()
if refused then
  return refused
end
local silent = math.max(tonumber(ARGV[2]), tonumber(redis.call('GET', K[quiet]) or '0'))
if silent > tonumber(ARGV[3]) then
  redis.call('SET', K[quiet], silent, 'PX', silent - tonumber(ARGV[3]) + 60000)
end
return {'ok'}
