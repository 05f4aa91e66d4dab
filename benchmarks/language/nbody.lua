local SOLAR_MASS, DAYS = 39.47841760435743, 365.24
local function body(x, y, z, vx, vy, vz, mass)
  return { x = x, y = y, z = z, vx = vx * DAYS, vy = vy * DAYS, vz = vz * DAYS, mass = mass * SOLAR_MASS }
end
local all = {
  body(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
  body(4.84143144246472090, -1.16032004402742839, -0.103622044471123109,
    0.00166007664274403694, 0.00769901118419740425, -0.0000690460016972063023, 0.000954791938424326609),
  body(8.34336671824457987, 4.12479856412430479, -0.403523417114321381,
    -0.00276742510726411899, 0.00499852801234917238, 0.0000230417297573763929, 0.000285885980666130812),
  body(12.8943695621391310, -15.1111514016986312, -0.223307578892655734,
    0.00296460137564761618, 0.00237847173959480950, -0.0000296589568540237556, 0.0000436624404335156298),
  body(15.3796971148509165, -25.9193146099879641, 0.179258772950371181,
    0.00268067772490389322, 0.00162824170038242295, -0.0000951592254519715870, 0.0000515138902046611451),
}
local function advance(dt)
  local n = #all
  for i = 1, n do
    local a = all[i]
    local ax, ay, az, am = a.x, a.y, a.z, a.mass
    local vx, vy, vz = a.vx, a.vy, a.vz
    for j = i + 1, n do
      local b = all[j]
      local dx, dy, dz = ax - b.x, ay - b.y, az - b.z
      local squared = dx * dx + dy * dy + dz * dz
      local size = dt / (squared * math.sqrt(squared))
      local of_i, of_j = am * size, b.mass * size
      vx = vx - dx * of_j
      vy = vy - dy * of_j
      vz = vz - dz * of_j
      b.vx = b.vx + dx * of_i
      b.vy = b.vy + dy * of_i
      b.vz = b.vz + dz * of_i
    end
    a.vx, a.vy, a.vz = vx, vy, vz
  end
  for i = 1, n do
    local a = all[i]
    a.x = a.x + dt * a.vx
    a.y = a.y + dt * a.vy
    a.z = a.z + dt * a.vz
  end
end
local function energy()
  local sum = 0.0
  for i, a in ipairs(all) do
    sum = sum + 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz)
    for j = i + 1, #all do
      local b = all[j]
      local dx, dy, dz = a.x - b.x, a.y - b.y, a.z - b.z
      sum = sum - a.mass * b.mass / math.sqrt(dx * dx + dy * dy + dz * dz)
    end
  end
  return sum
end
local px, py, pz = 0.0, 0.0, 0.0
for _, a in ipairs(all) do
  px = px + a.vx * a.mass
  py = py + a.vy * a.mass
  pz = pz + a.vz * a.mass
end
all[1].vx, all[1].vy, all[1].vz = -px / SOLAR_MASS, -py / SOLAR_MASS, -pz / SOLAR_MASS
print(string.format("%.9f", energy()))
for _ = 1, tonumber(arg[1]) or 500000 do advance(0.01) end
print(string.format("%.9f", energy()))
