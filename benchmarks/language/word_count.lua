local function make(count, seed)
  local state, words = seed, {}
  for i = 1, count do
    -- The product stays below 2^53, so it is exact in a double, which is what LuaJIT computes with.
    state = (state * 1664525 + 1013904223) % 4294967296
    words[i] = "word" .. state % 5003
  end
  return table.concat(words, " ")
end
local function report(text)
  local counts, words = {}, {}
  for word in string.gmatch(text, "[^ ]+") do
    local count = counts[word]
    if not count then words[#words + 1] = word end
    counts[word] = (count or 0) + 1
  end
  table.sort(words, function(a, b)
    local x, y = counts[a], counts[b]
    if x ~= y then return x > y end
    return a < b
  end)
  for i = 1, 5 do print(words[i] .. " " .. counts[words[i]]) end
  print(#words .. " " .. #text)
end
for round = 1, tonumber(arg[1]) or 1 do report(make(1000000, 6 + round)) end
