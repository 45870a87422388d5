-- Queue new deliveries: first a plan over what is stored, which finds every key that is needed, then the writes.

-- `latest`: older messages of the chain are superseded, also those that wait for another try. One that is being sent, or
-- whose attempt is in doubt, stays in front. One that cannot be read stays too, until it is set aside: it must not keep
-- new messages out.
local function plan_one(record, message, chains, records)
  local field = chain_field(record)
  local kept, dropped = {}, {}
  for _, id in ipairs(chains[field] or read_chain(field)) do
    local older, broken = records[id], false
    if not older then
      older, broken = peek(id)
    end
    if older and record.mode == 'latest' and not flying(older) then
      need_journal(traced(older))
      need_receiver(older)
      dropped[#dropped + 1] = id
    elseif older or broken then
      kept[#kept + 1] = id
    end
  end
  kept[#kept + 1] = record.id
  chains[field] = kept
  records[record.id] = record
  need_receiver(record)
  return {record = record, message = message, chain = kept, dropped = dropped}
end

local function text_of(value)
  return type(value) == 'string' and value or ''
end

-- What a message that was never sent had to say goes with the one that takes its place, of much the newest. Nothing
-- that stands in a body or a record may stop the script here: it has begun to write.
local function carry(record, older)
  local fine, message = pcall(cjson.decode, redis.call('HGET', K['bodies'], older.id) or '')
  if not fine or type(message) ~= 'table' or type(message.alert) ~= 'table' then
    return
  end
  record.unsent_first = record.unsent_first or older.unsent_first == true or message.told_before == false
  record.unsent_loud = record.unsent_loud or older.unsent_loud == true or message.loud == true
  local said = text_of(record.unsent_news) .. text_of(older.unsent_news)
  for _, text in ipairs(type(message.news) == 'table' and message.news or {}) do
    said = said .. string.gsub(text_of(text), '%c', ' ') .. '\n'
  end
  while #said > 8000 do
    said = string.sub(said, (string.find(said, '\n', 1, true) or #said) + 1)
  end
  record.unsent_news = said
end

-- ARGV from `first` on: record, message, record, message… An id that is known already is queued no second time.
local function plan_deliveries(first)
  local plan, chains, records = {}, {}, {}
  for i = first, #ARGV, 2 do
    local record = cjson.decode(ARGV[i])
    if not records[record.id] and redis.call('HEXISTS', K['deliveries'], record.id) == 0 then
      plan[#plan + 1] = plan_one(record, ARGV[i + 1], chains, records)
    end
  end
  return plan
end

-- The first write is one that full memory refuses: then nothing is queued, rather than a part.
local function queue_deliveries(plan, now, at)
  local ids = {}
  for _, step in ipairs(plan) do
    local record = step.record
    redis.call('HSET', K['bodies'], record.id, step.message)
    for _, id in ipairs(step.dropped) do
      local older = load(id)
      carry(record, older)
      older.taken_by = record.id
      close(older, 'superseded', now, at, 'by ' .. record.id)
    end
    redis.call('SADD', K['receivers'], record.receiver)
    if step.chain[1] == record.id then
      record.state = 'queued'
      enter_queue(record)
    else
      record.state = 'waiting'
      redis.call('HINCRBY', recv(record), 'waiting', 1)
    end
    save(record)
    write_chain(chain_field(record), step.chain, now)
    ids[#ids + 1] = record.id
  end
  return ids
end
