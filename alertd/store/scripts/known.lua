-- requires: prelude marks
-- Look up the owners of marks. ARGV: source, marks joined by commas: one argument, because the client spends more on
-- packing three hundred than the server on splitting one.
-- Answers {'ok', {owner mark, its record…}, {mark, owner mark…}} for those that are known.
need_marks(ARGV[1])
local refused = refusal()
if refused then
  return refused
end
local owners, found, told = {}, {}, {}
for _, mark in ipairs(split(ARGV[2])) do
  local value = redis.call('HGET', seen, mark)
  local owner = mark
  if value and string.sub(value, 1, 1) == '@' then
    owner = string.sub(value, 2)
    value = told[owner] or redis.call('HGET', seen, owner)
  end
  if value then
    found[#found + 1] = mark
    found[#found + 1] = owner
    if not told[owner] then
      told[owner] = value
      owners[#owners + 1] = owner
      owners[#owners + 1] = value
    end
  end
end
return {'ok', owners, found}
