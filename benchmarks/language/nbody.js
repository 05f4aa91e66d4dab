"use strict";
const SOLAR_MASS = 39.47841760435743, DAYS = 365.24;
class Body {
  constructor(x, y, z, vx, vy, vz, mass) {
    this.x = x;
    this.y = y;
    this.z = z;
    this.vx = vx * DAYS;
    this.vy = vy * DAYS;
    this.vz = vz * DAYS;
    this.mass = mass * SOLAR_MASS;
  }
}
const all = [
  new Body(0, 0, 0, 0, 0, 0, 1),
  new Body(4.84143144246472090, -1.16032004402742839, -0.103622044471123109,
    0.00166007664274403694, 0.00769901118419740425, -0.0000690460016972063023, 0.000954791938424326609),
  new Body(8.34336671824457987, 4.12479856412430479, -0.403523417114321381,
    -0.00276742510726411899, 0.00499852801234917238, 0.0000230417297573763929, 0.000285885980666130812),
  new Body(12.8943695621391310, -15.1111514016986312, -0.223307578892655734,
    0.00296460137564761618, 0.00237847173959480950, -0.0000296589568540237556, 0.0000436624404335156298),
  new Body(15.3796971148509165, -25.9193146099879641, 0.179258772950371181,
    0.00268067772490389322, 0.00162824170038242295, -0.0000951592254519715870, 0.0000515138902046611451),
];
function advance(dt) {
  for (let i = 0; i < all.length; ++i) {
    const a = all[i];
    for (let j = i + 1; j < all.length; ++j) {
      const b = all[j];
      const dx = a.x - b.x, dy = a.y - b.y, dz = a.z - b.z;
      const squared = dx * dx + dy * dy + dz * dz;
      const size = dt / (squared * Math.sqrt(squared));
      const ofI = a.mass * size, ofJ = b.mass * size;
      a.vx -= dx * ofJ;
      a.vy -= dy * ofJ;
      a.vz -= dz * ofJ;
      b.vx += dx * ofI;
      b.vy += dy * ofI;
      b.vz += dz * ofI;
    }
  }
  for (const a of all) {
    a.x += dt * a.vx;
    a.y += dt * a.vy;
    a.z += dt * a.vz;
  }
}
function energy() {
  let sum = 0;
  for (let i = 0; i < all.length; ++i) {
    const a = all[i];
    sum += 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz);
    for (let j = i + 1; j < all.length; ++j) {
      const b = all[j];
      const dx = a.x - b.x, dy = a.y - b.y, dz = a.z - b.z;
      sum -= a.mass * b.mass / Math.sqrt(dx * dx + dy * dy + dz * dz);
    }
  }
  return sum;
}
const steps = Number(process.argv[2] ?? 500000);
let px = 0, py = 0, pz = 0;
for (const a of all) {
  px += a.vx * a.mass;
  py += a.vy * a.mass;
  pz += a.vz * a.mass;
}
all[0].vx = -px / SOLAR_MASS;
all[0].vy = -py / SOLAR_MASS;
all[0].vz = -pz / SOLAR_MASS;
console.log(energy().toFixed(9));
for (let i = 0; i < steps; ++i) advance(0.01);
console.log(energy().toFixed(9));
