-- Tell whether the state of a source that stands here is the one that the writer wrote last, or tried to: any other is
-- of another history, and the validators that he is about to write belong to entries that this one never saw.
-- `digests`: of what he wrote, joined by commas; empty for a writer who has written nothing yet. Nothing here: it is
-- for whoever notices that all is gone (C21).
local function is_kept(source, digests)
  local found = digests ~= '' and redis.call('HGET', K['sources'], source)
  return not found or has(split(digests), redis.sha1hex(found))
end
