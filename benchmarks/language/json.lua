local byte, sub = string.byte, string.sub
local text, at
local NULL = setmetatable({}, { __tostring = function() return "null" end })
local function skip()
  while true do
    local code = byte(text, at)
    if code ~= 32 and code ~= 10 then return end
    at = at + 1
  end
end
local value
local function str()
  at = at + 1
  local start = at
  while byte(text, at) ~= 34 do at = at + 1 end
  at = at + 1
  return sub(text, start, at - 2)
end
local function items()
  local out = { list = true }
  at = at + 1
  skip()
  while byte(text, at) ~= 93 do
    out[#out + 1] = value()
    skip()
    if byte(text, at) == 44 then at = at + 1 end
  end
  at = at + 1
  return out
end
local function fields()
  local out = { keys = {}, values = {} }
  at = at + 1
  skip()
  while byte(text, at) ~= 125 do
    skip()
    local key = str()
    skip()
    at = at + 1
    if out.values[key] == nil then out.keys[#out.keys + 1] = key end
    out.values[key] = value()
    skip()
    if byte(text, at) == 44 then at = at + 1 end
  end
  at = at + 1
  return out
end
local function number()
  local start = at
  while true do
    local code = byte(text, at)
    if not code or code ~= 45 and code ~= 46 and (code < 48 or code > 57) then break end
    at = at + 1
  end
  return tonumber(sub(text, start, at - 1)) + 0.0
end
function value()
  skip()
  local code = byte(text, at)
  if code == 123 then return fields() end
  if code == 91 then return items() end
  if code == 34 then return str() end
  if code == 116 then at = at + 4 return true end
  if code == 102 then at = at + 5 return false end
  if code == 110 then at = at + 4 return NULL end
  return number()
end
local function total(json)
  if type(json) == "number" then return json end
  local sum = 0.0
  if type(json) == "table" then
    if json.list then
      for i = 1, #json do sum = sum + total(json[i]) end
    elseif json.keys then
      for _, key in ipairs(json.keys) do sum = sum + total(json.values[key]) end
    end
  end
  return sum
end
local function write(json, out)
  local kind = type(json)
  if kind == "number" then
    out[#out + 1] = string.format("%.1f", json)
  elseif kind == "string" then
    out[#out + 1] = '"' .. json .. '"'
  elseif kind == "boolean" or json == NULL then
    out[#out + 1] = tostring(json)
  elseif json.list then
    out[#out + 1] = "["
    for i = 1, #json do
      if i > 1 then out[#out + 1] = "," end
      write(json[i], out)
    end
    out[#out + 1] = "]"
  else
    out[#out + 1] = "{"
    for i, key in ipairs(json.keys) do
      if i > 1 then out[#out + 1] = "," end
      out[#out + 1] = '"' .. key .. '":'
      write(json.values[key], out)
    end
    out[#out + 1] = "}"
  end
end
local parts = {}
for i = 0, 24999 do
  parts[#parts + 1] = '{ "id": ' .. i .. ', "name": "user ' .. i .. '", "tags": ["a", "b' .. i % 7 .. '"], "ok": '
    .. tostring(i % 2 == 0) .. ', "none": null, "score": ' .. i .. ".5 }"
end
text = "[" .. table.concat(parts, ", ") .. "]"
local sum, written = 0.0, 0
for _ = 1, tonumber(arg[1]) or 1 do
  at = 1
  local json = value()
  local out = {}
  write(json, out)
  sum = sum + total(json)
  written = written + #table.concat(out)
end
print(string.format("%d %.1f %d", #text, sum, written))
