"""Writes lps.json, the golden numbers of the tests beside it, with mpmath: python3 test/init/lps.py, then prettier."""

import json
from pathlib import Path
from random import Random

import mpmath as mp

mp.mp.dps = 40
draw = Random(1).uniform


def points(low, high, count):
    return sorted(draw(low, high) for _ in range(count))


elementary = {
    "exp": (mp.exp, [-745.1, -740, -708.5, 709.7, 0, 1e-300] + points(-745, 709, 60) + points(-2, 2, 60)),
    "expm1": (mp.expm1, [-0.35, 0.35, 1e-300, -1e-20, 0] + points(-1, 1, 80) + points(-40, 40, 20)),
    "log1p": (mp.log1p, [-0.5, 1, 0, 1e-300, -1e-18] + points(-0.5, 1, 80)),
    "tanh": (mp.tanh, [0, 1e-300, -1e-18, 30, -30] + points(-1, 1, 60) + points(-20, 20, 40)),
    "normalDensity": (mp.npdf, [0, 38, -38] + points(-12, 12, 60)),
    "normalDistribution": (mp.ncdf, [0, -37.5, -2.5, 2.5, 9] + points(-4, 4, 80) + points(-30, 30, 40)),
}

# The stream of the others is left as it was.
own = Random(2).uniform
elementary["log"] = (
    mp.log,
    [1, 2, 0.5, 4 / 3, 2 / 3, 5e-324, 2.2e-308, 1.7e308]
    + [10.0 ** own(-300, 300) for _ in range(40)]
    + [own(0.5, 2) for _ in range(60)],
)

SELU_ALPHA, SELU_SCALE = mp.mpf("1.6732632423543772"), mp.mpf("1.0507009873554805")
softplus = lambda x: mp.log1p(mp.exp(x))
sigmoid = lambda x: 1 / (1 + mp.exp(-x))
step = lambda x: mp.mpf(1) if x > 0 else mp.mpf(0)
relu = lambda x: x * step(x)
elu = lambda x: x if x > 0 else mp.expm1(x)

# value, kinks; derivatives by mpmath, away from the kinks
activations = {
    "elu": (elu, [0]),
    "gelu": (lambda x: x * mp.ncdf(x), []),
    "gelu_new": (lambda x: x / 2 * (1 + mp.tanh(mp.sqrt(2 / mp.pi) * (x + mp.mpf("0.044715") * x**3))), []),
    "hardSigmoid": (lambda x: min(max(mp.mpf("0.2") * x + 0.5, 0), 1), [-2.5, 2.5]),
    "leakyRelu 0.01": (lambda x: x if x > 0 else mp.mpf(0.01) * x, [0]),
    "leakyRelu 0.2": (lambda x: x if x > 0 else mp.mpf(0.2) * x, [0]),
    "linear": (lambda x: x, []),
    "mish": (lambda x: x * mp.tanh(softplus(x)), []),
    "relu": (relu, [0]),
    "relu6": (lambda x: min(relu(x), 6), [0, 6]),
    "selu": (lambda x: SELU_SCALE * (x if x > 0 else SELU_ALPHA * mp.expm1(x)), [0]),
    "sigmoid": (sigmoid, []),
    "silu": (lambda x: x * sigmoid(x), []),
    "softplus": (softplus, []),
    "softsign": (lambda x: x / (1 + abs(x)), [0]),
    "swish 2": (lambda x: x * sigmoid(2 * x), []),
    "tanh": (mp.tanh, []),
    "thresholdedRelu 0.5": (lambda x: x if x > 0.5 else mp.mpf(0), [0.5]),
}


def pieces(kinks, ends):
    low, high = ends[0], ends[-1]
    return sorted(set(ends) | {mp.mpf(k) for k in kinks if low < k < high})


def legendre(name, degree, interval):
    f, kinks = activations[name]
    scaled = pieces([mp.mpf(k) / interval for k in kinks], [mp.mpf(-1), mp.mpf(1)])
    total = [mp.mpf(0)] * (degree + 1)
    for k in range(degree + 1):
        c = mp.mpf(2 * k + 1) / 2 * mp.quad(lambda u: f(interval * u) * mp.legendre(k, u), scaled)
        for power, a in enumerate(mp.taylor(lambda u: mp.legendre(k, u), 0, k)):
            total[power] += c * a
    return [a / mp.mpf(interval) ** k for k, a in enumerate(total)]


def chebyshev(name, degree):
    f, kinks = activations[name]
    angles = pieces([mp.acos(k) for k in kinks if -1 < k < 1], [mp.mpf(0), mp.pi])
    total = [mp.mpf(0)] * (degree + 1)
    for k in range(degree + 1):
        c = 2 / mp.pi * mp.quad(lambda t: f(mp.cos(t)) * mp.cos(k * t), angles) / (2 if k == 0 else 1)
        for power, a in enumerate(mp.taylor(lambda u: mp.chebyt(k, u), 0, k)):
            total[power] += c * a
    return total


def rounded(values):
    return [float(x) if abs(x) > 1e-30 else 0.0 for x in values]


def mean(f, biases, deviation, kinks):
    ends = [mp.mpf(x) for x in range(-14, 15, 4)]
    total = mp.mpf(0)
    for b in biases:
        places = pieces([(k - b) / deviation for k in kinks], ends)
        total += mp.quad(lambda z: f(b + deviation * z) ** 2 * mp.npdf(z), places)
    return total / len(biases)


def design(name, degree, scale, mode, moment):
    f, kinks = activations[name]
    coefficients = legendre(name, degree, 1)
    coefficients[0] -= f(mp.mpf(0))
    coefficients = [c if abs(c) > 1e-25 else mp.mpf(0) for c in coefficients]
    while coefficients[-1] == 0:
        coefficients.pop()
    zeros = 0
    while coefficients[0] == 0:
        coefficients.pop(0)
        zeros += 1
    found = mp.polyroots(coefficients[::-1], maxsteps=200, extraprec=200) if len(coefficients) > 1 else []
    found = [mp.mpf(0)] * zeros + list(found)
    roots = sorted(mp.re(r) for r in found if abs(mp.im(r)) < 1e-25 and abs(mp.re(r)) <= 1)
    biases = [-scale * r for r in roots]
    q = mp.mpf(moment)
    derivative = lambda x: mp.diff(f, x)
    chi = lambda v: v * mean(derivative, biases, mp.sqrt(v * q), kinks)
    mp.mp.dps = 20
    if mode == "forward":
        variance = mp.findroot(lambda v: mean(f, biases, mp.sqrt(v * q), kinks) - q, (0.5, 3), solver="anderson", tol=1e-25)
    elif mode == "backward":
        variance = mp.findroot(lambda v: chi(v) - 1, (0.5, 3), solver="anderson", tol=1e-20)
    else:
        variance = mp.mpf(2)
    result = {"roots": rounded(roots), "variance": float(variance), "chi": float(chi(variance))}
    mp.mp.dps = 40
    return result


designs = [
    *(["relu", 2, s, "forward", 1] for s in [0, 0.1, 0.25, 0.5, 0.75, 1]),
    *(["relu", n, s, "forward", 1] for n, s in [(1, 1), (4, 1), (4, 0.5), (6, 1), (8, 1)]),
    ["relu", 2, 1, "backward", 1],
    ["relu", 2, 1, "he", 1],
    ["leakyRelu 0.01", 2, 1, "forward", 1],
    ["leakyRelu 0.2", 2, 1, "forward", 1],
    ["elu", 3, 1, "forward", 1],
    ["selu", 2, 1, "forward", 1],
    ["gelu", 2, 1, "forward", 1],
    ["silu", 2, 1, "forward", 1],
    ["silu", 2, 1, "backward", 1],
    ["softplus", 2, 1, "forward", 1],
    ["tanh", 2, 1, "forward", 0.25],
]


def toy():
    """The nine stationary points of a neuron with P of degree 2 on nine samples, by Newton."""
    p = [mp.mpf(3) / 32, mp.mpf(1) / 2, mp.mpf(15) / 32]
    xs = [mp.mpf(i) / 4 - 1 for i in range(9)]
    ys = [max(mp.mpf(13) / 10 * x - mp.mpf(4) / 10, 0) for x in xs]

    def gradient(w, b):
        ts = [w * x + b for x in xs]
        off = [(p[0] + p[1] * t + p[2] * t * t - y) * (p[1] + 2 * p[2] * t) for t, y in zip(ts, ys)]
        return [sum(o * x for o, x in zip(off, xs)), sum(off)]

    starts = [(0.956, -0.128), (-0.956, -0.939), (-0.205, -0.361), (0.205, -0.706), (0.01, -0.53)]
    starts += [(0.653 - 0.362j, 0.118 + 0.238j), (0.653 + 0.362j, 0.118 - 0.238j)]
    starts += [(-0.653 - 0.362j, -1.184 + 0.238j), (-0.653 + 0.362j, -1.184 - 0.238j)]
    points = []
    for start in starts:
        w, b = mp.findroot(gradient, start)
        loss = sum((p[0] + p[1] * t + p[2] * t * t - y) ** 2 for t, y in zip([w * x + b for x in xs], ys))
        points.append({"re": rounded([mp.re(w), mp.re(b)]), "im": rounded([mp.im(w), mp.im(b)]), "loss": float(mp.re(loss))})
    return points


def activation_points(name):
    f, kinks = activations[name]
    xs = [x for x in [-30.0, -6.5, -3.0, 0.0, 3.0, 7.0, 30.0] + points(-3, 3, 12) if x not in kinks]
    return {"x": xs, "value": rounded([f(mp.mpf(x)) for x in xs]), "derivative": rounded([mp.diff(f, mp.mpf(x)) for x in xs])}


golden = {
    "elementary": {
        name: {"x": xs, "y": [float(f(mp.mpf(x))) for x in xs]} for name, (f, xs) in elementary.items()
    },
    "activations": {name: activation_points(name) for name in activations},
    "legendre": [
        {"name": name, "degree": degree, "interval": interval, "coefficients": rounded(legendre(name, degree, interval))}
        for name, degree, interval in [
            *((name, 2, 1) for name in activations),
            *(("relu", n, 1) for n in [1, 3, 4, 6, 8, 20]),
            *(("relu", 2, r) for r in [0.125, 3]),
            *((name, n, 1) for name, n in [("tanh", 3), ("tanh", 5), ("sigmoid", 3), ("elu", 3), ("gelu", 9)]),
            *((name, 5, 4) for name in ["hardSigmoid", "mish", "selu", "softsign", "swish 2"]),
            ("relu6", 3, 8),
        ]
    ],
    "chebyshev": [
        {"name": name, "degree": degree, "coefficients": rounded(chebyshev(name, degree))}
        for name, degree in [("relu", 2), ("relu", 5), ("tanh", 4), ("selu", 6), ("thresholdedRelu 0.5", 3)]
    ],
    "designs": [
        {"name": n, "degree": d, "biasScale": s, "mode": m, "moment": q, **design(n, d, s, m, q)} for n, d, s, m, q in designs
    ],
    "toy": toy(),
}
Path(__file__).with_suffix(".json").write_text(json.dumps(golden, indent=1) + "\n")
