-- requires: prelude
-- ARGV: model, day, token, tokens, currency, cost. What a question really took takes the place of what was guessed, once;
-- of one that is not there any more (a store that went back, a day that is forgotten) nothing is counted.
local spent = 'spent:' .. ARGV[1] .. '/' .. ARGV[2]
need(spent, 'hash')
local refused = refusal()
if refused then
  return refused
end
local key, mine = K[spent], 'r:' .. ARGV[3]
local guess = redis.call('HGET', key, mine)
if guess then
  redis.call('HDEL', key, mine)
  redis.call('HINCRBY', key, 'tokens', tonumber(ARGV[4]) - tonumber(guess))
  if ARGV[5] ~= '' then
    redis.call('HINCRBYFLOAT', key, 'cost:' .. ARGV[5], ARGV[6])
  end
end
local now = redis.call('HMGET', key, 'calls', 'tokens')
return {'', tonumber(now[1] or '0'), tonumber(now[2] or '0')}
