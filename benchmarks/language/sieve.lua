local function primes(limit)
  local prime = {}
  for i = 0, limit - 1 do prime[i] = true end
  local count = 0
  for i = 2, limit - 1 do
    if prime[i] then
      count = count + 1
      for j = i * i, limit - 1, i do prime[j] = false end
    end
  end
  return count
end
local total = 0
for _ = 1, tonumber(arg[1]) or 1 do total = total + primes(5000000) end
print(total)
