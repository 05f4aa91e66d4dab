local counts = {}
for i = 0, 299999 do
  local word = "word" .. (i * 7919 % 1009)
  counts[word] = (counts[word] or 0) + 1
end
local total = 0
for word, count in pairs(counts) do total = total + #word * count end
print(total)
