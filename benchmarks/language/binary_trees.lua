local function build(depth)
  if depth == 0 then return { false, false } end
  return { build(depth - 1), build(depth - 1) }
end
local function count(tree)
  if not tree then return 0 end
  return 1 + count(tree[1]) + count(tree[2])
end
local most = tonumber(arg[1]) or 16
print("stretch " .. count(build(most + 1)))
local kept = build(most)
for depth = 4, most, 4 do
  local rounds = 2 ^ (most - depth + 4)
  local total = 0
  for _ = 1, rounds do total = total + count(build(depth)) end
  print(string.format("%d trees of depth %d: %d", rounds, depth, total))
end
print("kept " .. count(kept))
