-- requires: prelude
-- Put under a consumer's name what is in the stream, was handed out and is pending with nobody: its consumer was removed
-- by hand, and what it held with it. ARGV: group, consumer, at most so many. Answers {'ok', how many}.
local group, consumer, most = ARGV[1], ARGV[2], tonumber(ARGV[3])
need('events', 'stream')
local refused = refusal()
if refused then
  return refused
end
local stream, last = K['events'], nil
local groups = redis.pcall('XINFO', 'GROUPS', stream) -- no stream: an error
for _, flat in ipairs(groups.err and {} or groups) do
  local found = {}
  for i = 1, #flat, 2 do
    found[flat[i]] = flat[i + 1]
  end
  if found['name'] == group then
    last = found['last-delivered-id']
  end
end
if not last then
  return {'ok', 0}
end
local held = {}
local pending = redis.call('XPENDING', stream, group, '-', last, most)
for _, entry in ipairs(pending) do
  held[entry[1]] = true
end
if #pending == most then
  last = pending[most][1]
end
local adopted = 0
for _, entry in ipairs(redis.call('XRANGE', stream, '-', last, 'COUNT', most)) do
  if not held[entry[1]] then
    redis.call('XCLAIM', stream, group, consumer, 0, entry[1], 'RETRYCOUNT', 0, 'FORCE', 'JUSTID')
    adopted = adopted + 1
  end
end
return {'ok', adopted}
