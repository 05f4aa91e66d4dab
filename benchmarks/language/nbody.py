import sys
from math import sqrt

SOLAR_MASS, DAYS = 39.47841760435743, 365.24


class Body:
    __slots__ = ("x", "y", "z", "vx", "vy", "vz", "mass")

    def __init__(self, x, y, z, vx, vy, vz, mass):
        self.x, self.y, self.z = x, y, z
        self.vx, self.vy, self.vz = vx * DAYS, vy * DAYS, vz * DAYS
        self.mass = mass * SOLAR_MASS


ALL = [
    Body(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
    Body(4.84143144246472090, -1.16032004402742839, -0.103622044471123109,
         0.00166007664274403694, 0.00769901118419740425, -0.0000690460016972063023, 0.000954791938424326609),
    Body(8.34336671824457987, 4.12479856412430479, -0.403523417114321381,
         -0.00276742510726411899, 0.00499852801234917238, 0.0000230417297573763929, 0.000285885980666130812),
    Body(12.8943695621391310, -15.1111514016986312, -0.223307578892655734,
         0.00296460137564761618, 0.00237847173959480950, -0.0000296589568540237556, 0.0000436624404335156298),
    Body(15.3796971148509165, -25.9193146099879641, 0.179258772950371181,
         0.00268067772490389322, 0.00162824170038242295, -0.0000951592254519715870, 0.0000515138902046611451),
]


def advance(dt):
    n = len(ALL)
    for i in range(n):
        a = ALL[i]
        for j in range(i + 1, n):
            b = ALL[j]
            dx, dy, dz = a.x - b.x, a.y - b.y, a.z - b.z
            squared = dx * dx + dy * dy + dz * dz
            size = dt / (squared * sqrt(squared))
            of_i, of_j = a.mass * size, b.mass * size
            a.vx -= dx * of_j
            a.vy -= dy * of_j
            a.vz -= dz * of_j
            b.vx += dx * of_i
            b.vy += dy * of_i
            b.vz += dz * of_i
    for a in ALL:
        a.x += dt * a.vx
        a.y += dt * a.vy
        a.z += dt * a.vz


def energy():
    total = 0.0
    for i, a in enumerate(ALL):
        total += 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz)
        for b in ALL[i + 1:]:
            dx, dy, dz = a.x - b.x, a.y - b.y, a.z - b.z
            total -= a.mass * b.mass / sqrt(dx * dx + dy * dy + dz * dz)
    return total


def main():
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 500000
    px = py = pz = 0.0
    for a in ALL:
        px += a.vx * a.mass
        py += a.vy * a.mass
        pz += a.vz * a.mass
    ALL[0].vx, ALL[0].vy, ALL[0].vz = -px / SOLAR_MASS, -py / SOLAR_MASS, -pz / SOLAR_MASS
    print(f"{energy():.9f}")
    for _ in range(steps):
        advance(0.01)
    print(f"{energy():.9f}")


main()
