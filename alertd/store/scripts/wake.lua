-- requires: prelude
-- Wake whoever waits. ARGV: receiver.
need('wake', 'list')
local refused = refusal()
if refused then
  return refused
end
wake(ARGV[1])
return {'ok'}
