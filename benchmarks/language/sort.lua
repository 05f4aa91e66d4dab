local function quicksort(items, low, high)
  if low >= high then return end
  local pivot = items[(low + high) // 2]
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
local state = 42
local numbers = {}
for i = 1, 600000 do
  state = (state * 1103515245 + 12345) % 2147483648
  numbers[i] = state
end
local by_hand = table.move(numbers, 1, #numbers, 1, {})
quicksort(by_hand, 1, #by_hand)
local sorted = table.move(numbers, 1, #numbers, 1, {})
table.sort(sorted)
local texts = {}
for i = 1, 150000 do texts[i] = "k" .. numbers[i] % 100000 end
table.sort(texts)
local same = true
for i = 1, #sorted do same = same and sorted[i] == by_hand[i] end
print(sorted[1] .. " " .. sorted[300001] .. " " .. tostring(same) .. " " .. texts[1] .. " " .. texts[75001])
