local function make(count)
  local state, words = 7, {}
  for i = 1, count do
    state = (state * 1103515245 + 12345) % 2147483648
    words[i] = "word" .. (state // 65536) % 5003
  end
  return table.concat(words, " ")
end
local text = make(1000000)
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
