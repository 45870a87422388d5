local function need_stream()
  need('events', 'stream')
  need('flow', 'hash')
end

-- Append a revision of an event to the stream. `reason` is empty for the first.
local function append(source, owner, reason, json)
  redis.call('XADD', K['events'], '*', 'i', owner.event, 's', source, 'r', string.format('%.0f', owner.revision),
    'w', reason, 'b', owner.baseline == '' and '0' or '1', 'm', owner.mark, 'e', json)
  redis.call('HINCRBY', K['flow'], 'in', 1)
end
