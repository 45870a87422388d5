-- requires: prelude
-- ARGV: model, day, token, portfolio, tokens guessed, calls a day, tokens a day, calls of a portfolio a day, how long it
-- is kept in ms. A question to a model counts before it is asked; asked again with its token it counts once.
local spent = 'spent:' .. ARGV[1] .. '/' .. ARGV[2]
need(spent, 'hash')
local refused = refusal()
if refused then
  return refused
end
local key, mine, whose = K[spent], 'r:' .. ARGV[3], 'p:' .. ARGV[4]
local had = redis.call('HMGET', key, 'calls', 'tokens', whose, mine)
local calls, tokens, theirs = tonumber(had[1] or '0'), tonumber(had[2] or '0'), tonumber(had[3] or '0')
local guess = tonumber(ARGV[5])
if had[4] then
  return {'', calls, tokens}
end
if calls >= tonumber(ARGV[6]) or tokens + guess > tonumber(ARGV[7]) then
  return {'budget', calls, tokens}
end
if theirs >= tonumber(ARGV[8]) then
  return {'portfolio', calls, tokens}
end
redis.call('HINCRBY', key, 'calls', 1)
redis.call('HINCRBY', key, 'tokens', guess)
redis.call('HINCRBY', key, whose, 1)
redis.call('HSET', key, mine, guess)
redis.call('PEXPIRE', key, ARGV[9])
return {'', calls + 1, tokens + guess}
