-- requires: prelude marks journal stream fetches
-- Append the revision that has the text, and end its job. Nothing is appended that was built on a header which is not
-- the newest any more: ingest has put another job in its place, or none for an item that was taken back.
-- ARGV: event, token, source, identity, hash, json. Answers {'ok', revision}, {'gone', 0}.
local event, token, source, hash = ARGV[1], ARGV[2], ARGV[3], ARGV[5]
need_marks(source)
need_stream()
need_fetches()
local refused = refusal()
if refused then
  return refused
end
local owner = read_owner(ARGV[4])
local job = read_fetch(event)
if not job and owner and owner.event == event and has(owner.hashes, hash) then
  return {'ok', owner.revision}
end
if not job or job.token ~= token then
  return {'gone', 0}
end
if not owner or owner.event ~= event or owner.revision ~= job.revision then
  forget_fetch(event)
  return {'gone', 0}
end
owner.revision = owner.revision + 1
append(source, owner, job.held and 'correction' or 'full_text', ARGV[6])
remember_hash(owner, hash)
write_owner(owner)
forget_fetch(event)
return {'ok', owner.revision}
