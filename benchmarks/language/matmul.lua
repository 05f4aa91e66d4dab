local function make(n, seed)
  local rows = {}
  for i = 0, n - 1 do
    local row = {}
    for j = 0, n - 1 do row[j + 1] = ((i * 31 + j * 17 + seed) % 100) / 100.0 end
    rows[i + 1] = row
  end
  return rows
end
local function times(a, b)
  local n = #a
  local out = {}
  for i = 1, n do
    local row, of_a = {}, a[i]
    for j = 1, n do row[j] = 0.0 end
    for k = 1, n do
      local x, of_b = of_a[k], b[k]
      for j = 1, n do row[j] = row[j] + x * of_b[j] end
    end
    out[i] = row
  end
  return out
end
local trace = 0.0
for round = 1, tonumber(arg[1]) or 1 do
  local c = times(make(240, round), make(240, round + 1))
  for i = 1, #c do trace = trace + c[i][i] end
end
print(string.format("%.6f", trace))
