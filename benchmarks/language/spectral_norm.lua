-- The product is even, so half of it is whole.
local function entry(i, j) return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1) end
local function times(v, out)
  local n = #v
  for i = 1, n do
    local sum = 0.0
    for j = 1, n do sum = sum + entry(i - 1, j - 1) * v[j] end
    out[i] = sum
  end
end
local function times_transposed(v, out)
  local n = #v
  for i = 1, n do
    local sum = 0.0
    for j = 1, n do sum = sum + entry(j - 1, i - 1) * v[j] end
    out[i] = sum
  end
end
local n = tonumber(arg[1]) or 500
local u, v, between = {}, {}, {}
for i = 1, n do u[i], v[i], between[i] = 1.0, 0.0, 0.0 end
for _ = 1, 10 do
  times(u, between)
  times_transposed(between, v)
  times(v, between)
  times_transposed(between, u)
end
local uv, vv = 0.0, 0.0
for i = 1, n do
  uv = uv + u[i] * v[i]
  vv = vv + v[i] * v[i]
end
print(string.format("%.9f", math.sqrt(uv / vv)))
