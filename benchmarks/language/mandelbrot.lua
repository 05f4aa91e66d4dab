local function escapes(cx, cy, limit)
  local x, y = 0.0, 0.0
  for i = 0, limit - 1 do
    local xx, yy = x * x, y * y
    if xx + yy > 4.0 then return i end
    y = 2.0 * x * y + cy
    x = xx - yy + cx
  end
  return limit
end
local size, inside, total = tonumber(arg[1]) or 500, 0, 0
for row = 0, size - 1 do
  for column = 0, size - 1 do
    local steps = escapes(2.0 * column / size - 1.5, 2.0 * row / size - 1.0, 200)
    if steps == 200 then inside = inside + 1 end
    total = total + steps
  end
end
print(inside .. " " .. total)
