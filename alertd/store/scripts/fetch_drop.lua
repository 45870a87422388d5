-- requires: prelude marks journal stream fetches
-- Give a job up, with the reason; a header that was held goes out without its text.
-- ARGV: event, token ('' for whoever holds it), source, at, reason. Answers {'ok'}, or {'no'} where it is another's.
local event, token, source, at, reason = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
need_marks(source)
need_stream()
need_journal({event, source})
need_fetches()
local refused = refusal()
if refused then
  return refused
end
local job = read_fetch(event)
if not job or (token ~= '' and job.token ~= token) then
  return {'no'}
end
-- first, because a ZREM is never refused for lack of memory
redis.call('ZREM', K['fetch_due'], event)
if job.held then
  local owner, header = read_owner(job.identity), redis.call('HGET', K['fetch_headers'], event)
  if owner and header and owner.event == event and owner.revision == job.revision then
    owner.revision = owner.revision + 1
    append(source, owner, 'correction', header)
    write_owner(owner)
  end
end
forget_fetch(event)
journal(journal_json('entry', at, {event, source}, reason, {attempts = job.attempts, full_text = 'dropped'}),
  {event, source})
return {'ok'}
