#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

struct Body {
  double x, y, z, vx, vy, vz, mass;
};
constexpr double kSolarMass = 39.47841760435743, kDays = 365.24;
static Body body(double x, double y, double z, double vx, double vy, double vz, double mass) {
  return {x, y, z, vx * kDays, vy * kDays, vz * kDays, mass * kSolarMass};
}
static std::vector<Body> all = {
    body(0, 0, 0, 0, 0, 0, 1),
    body(4.84143144246472090, -1.16032004402742839, -0.103622044471123109, 0.00166007664274403694,
         0.00769901118419740425, -0.0000690460016972063023, 0.000954791938424326609),
    body(8.34336671824457987, 4.12479856412430479, -0.403523417114321381, -0.00276742510726411899,
         0.00499852801234917238, 0.0000230417297573763929, 0.000285885980666130812),
    body(12.8943695621391310, -15.1111514016986312, -0.223307578892655734, 0.00296460137564761618,
         0.00237847173959480950, -0.0000296589568540237556, 0.0000436624404335156298),
    body(15.3796971148509165, -25.9193146099879641, 0.179258772950371181, 0.00268067772490389322,
         0.00162824170038242295, -0.0000951592254519715870, 0.0000515138902046611451)};
static void advance(double dt) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    Body& a = all[i];
    for (std::size_t j = i + 1; j < all.size(); ++j) {
      Body& b = all[j];
      const double dx = a.x - b.x, dy = a.y - b.y, dz = a.z - b.z;
      const double squared = dx * dx + dy * dy + dz * dz;
      const double size = dt / (squared * std::sqrt(squared));
      const double of_i = a.mass * size, of_j = b.mass * size;
      a.vx -= dx * of_j, a.vy -= dy * of_j, a.vz -= dz * of_j;
      b.vx += dx * of_i, b.vy += dy * of_i, b.vz += dz * of_i;
    }
  }
  for (Body& a : all) a.x += dt * a.vx, a.y += dt * a.vy, a.z += dt * a.vz;
}
static double energy() {
  double sum = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Body& a = all[i];
    sum += 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz);
    for (std::size_t j = i + 1; j < all.size(); ++j) {
      const Body& b = all[j];
      const double dx = a.x - b.x, dy = a.y - b.y, dz = a.z - b.z;
      sum -= a.mass * b.mass / std::sqrt(dx * dx + dy * dy + dz * dz);
    }
  }
  return sum;
}
int main(int argc, char** argv) {
  const int steps = argc > 1 ? std::atoi(argv[1]) : 500000;
  double px = 0, py = 0, pz = 0;
  for (const Body& a : all) px += a.vx * a.mass, py += a.vy * a.mass, pz += a.vz * a.mass;
  all[0].vx = -px / kSolarMass, all[0].vy = -py / kSolarMass, all[0].vz = -pz / kSolarMass;
  std::printf("%.9f\n", energy());
  for (int i = 0; i < steps; ++i) advance(0.01);
  std::printf("%.9f\n", energy());
}
