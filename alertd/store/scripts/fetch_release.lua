-- requires: prelude marks journal stream fetches
-- Let a header go out that was held for its text; the text is still fetched, and follows on top of it.
-- ARGV: event, source. Answers {'ok', revision}, or {'no', 0} where nothing is held.
local event, source = ARGV[1], ARGV[2]
need_marks(source)
need_stream()
need_fetches()
local refused = refusal()
if refused then
  return refused
end
local job = read_fetch(event)
local owner = job and job.held and read_owner(job.identity)
local header = redis.call('HGET', K['fetch_headers'], event)
if not owner or not header or owner.event ~= event or owner.revision ~= job.revision then
  return {'no', 0}
end
owner.revision = owner.revision + 1
append(source, owner, 'correction', header)
write_owner(owner)
job.held, job.revision = false, owner.revision
write_fetch(job)
return {'ok', owner.revision}
