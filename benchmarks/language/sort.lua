local floor = math.floor
local function quicksort(items, low, high)
  if low >= high then return end
  local pivot = items[floor((low + high) / 2)]
  local i, j = low, high
  while i <= j do
    while items[i] < pivot do i = i + 1 end
    while items[j] > pivot do j = j - 1 end
    if i <= j then
      items[i], items[j] = items[j], items[i]
      i = i + 1
      j = j - 1
    end
  end
  quicksort(items, low, j)
  quicksort(items, i, high)
end
local size = tonumber(arg[1]) or 600000
local state = 42
local numbers = {}
for i = 1, size do
  -- The product stays below 2^53, so it is exact in a double, which is what LuaJIT computes with.
  state = (state * 1664525 + 1013904223) % 4294967296
  numbers[i] = state
end
local by_hand = table.move(numbers, 1, #numbers, 1, {})
quicksort(by_hand, 1, #by_hand)
local sorted = table.move(numbers, 1, #numbers, 1, {})
table.sort(sorted)
local texts = {}
for i = 1, floor(size / 4) do texts[i] = "k" .. numbers[i] % 100000 end
table.sort(texts)
local same = true
for i = 1, #sorted do same = same and sorted[i] == by_hand[i] end
print(sorted[1] .. " " .. sorted[floor(size / 2) + 1] .. " " .. tostring(same) .. " " .. texts[1] .. " " .. texts[floor(size / 8) + 1])
