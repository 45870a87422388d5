-- requires: prelude marks journal stream fetches
-- Store candidates as events. Item by item: check, append to the stream, mark last (crash points C4 and C5), so that
-- a repeat answers `known` and nothing is ever marked without being in the stream.
-- The text of what is news is queued to be fetched, in the same run. A correction of an event that has its text waits
-- for the text to be fetched anew (`held`): without it, rules that held by the text would seem to hold no longer.
-- ARGV: source, now, end of the wait for a text, then eleven values for each item.
-- Answers event id, outcome and revision of each.
local source, now, ends = ARGV[1], ARGV[2], ARGV[3]
need_marks(source)
need_stream()
need_fetches()
local refused = refusal()
if refused then
  return refused
end

-- A hash that begins with 0 is that of a part: all that was known where the item was found (sources/edgar_late.py).
local function is_part(hash)
  return string.sub(hash, 1, 1) == '0'
end

local function revise(owner, item)
  if has(owner.hashes, item.hash) or is_part(item.hash) then
    return 'known'
  end
  local completes = #owner.hashes == 1 and is_part(owner.hashes[1])
  -- nobody was told of a baseline item: only another headline makes news of it, not a text that a site words anew
  if owner.baseline ~= item.title and item.withdrawn == '0' then
    owner.baseline = ''
  end
  local fetch = item.fetch ~= '' and item.withdrawn == '0' and owner.baseline == ''
  local held = fetch and has_text(owner)
  remember_hash(owner, item.hash)
  if not held then
    owner.revision = owner.revision + 1
    local reason = item.withdrawn == '1' and 'withdrawal' or completes and 'full_text' or 'correction'
    append(source, owner, reason, item.json)
  end
  if fetch then
    put_fetch(source, owner, item.fetch, item.json, held, now, ends)
  else
    forget_fetch(owner.event)
  end
  return 'revised'
end

local function found(item)
  local owner = {
    mark = item.identity,
    event = item.event,
    revision = 1,
    hashes = {item.hash},
    marks = {},
    baseline = item.verdict == 'baseline' and item.title or '',
  }
  append(source, owner, '', item.json)
  if item.fetch ~= '' and owner.baseline == '' and item.withdrawn == '0' then
    put_fetch(source, owner, item.fetch, item.json, false, now, ends)
  end
  return owner, 'new'
end

local function store(item)
  local owner = read_owner(item.identity)
  local other = nil
  if item.verdict == 'alias' then
    if not owner then
      other = read_owner(item.alias_of)
    elseif owner.mark ~= item.identity then
      other = owner
    end
  end
  local outcome
  if other then
    -- its text counts as known, or the next poll would see a correction in it
    owner, outcome = other, 'alias'
    remember_hash(owner, item.hash)
  elseif item.verdict == 'alias' and string.sub(item.identity, 1, 1) == 'a' then
    -- a flag whose item was forgotten meanwhile: it stands for no entry, so it becomes no event; a later page sets it
    return {item.event, 'alias', 0}
  elseif owner then
    outcome = revise(owner, item)
  else
    owner, outcome = found(item)
  end
  redis.call('ZADD', sight, now, owner.mark)
  for _, mark in ipairs({item.identity, item.strong, item.weak}) do
    claim_mark(owner, mark)
  end
  write_owner(owner)
  return {owner.event, outcome, owner.revision}
end

local results = {}
for i = 4, #ARGV, 11 do
  results[#results + 1] = store({
    verdict = ARGV[i],
    identity = ARGV[i + 1],
    strong = ARGV[i + 2],
    weak = ARGV[i + 3],
    hash = ARGV[i + 4],
    withdrawn = ARGV[i + 5],
    event = ARGV[i + 6],
    alias_of = ARGV[i + 7],
    title = ARGV[i + 8],
    fetch = ARGV[i + 9],
    json = ARGV[i + 10],
  })
end
return {'ok', results}
