"""
Writes head.json, the golden numbers of head.test.ts: ridge regression by NumPy at given λ, on data of any offset and scale.

    python3 test/init/head.py, then prettier
"""
import json
import numpy as np

N, UNSEEN, D, T = 80, 200, 12, 2


def draws(count, seed):
    """Sums of four numbers of a linear congruential generator, which JavaScript computes alike."""
    state, out = seed, []
    for _ in range(count):
        total = 0.0
        for _ in range(4):
            state = (1664525 * state + 1013904223) % 2**32
            total += state / 2**32
        out.append(total - 2)
    return np.array(out)


def case(offset, scale, target_offset, target_scale, share):
    rows = N + UNSEEN
    single = lambda values: values.astype(np.float32).astype(np.float64)
    plain = draws(rows * D, 1).reshape(rows, D)
    noise = draws(rows * T, 2).reshape(rows, T)
    kernel = draws(D * T, 3).reshape(D, T)
    x = single(plain * scale + offset)
    y = single((plain @ kernel + 0.5 * noise) * target_scale + target_offset)
    train, unseen = slice(0, N), slice(N, rows)
    mean, centre = x[train].mean(0), y[train].mean(0)
    xc, yc = x[train] - mean, y[train] - centre
    lam = share * np.trace(xc.T @ xc) / D
    w = np.linalg.solve(xc.T @ xc + lam * np.eye(D), xc.T @ yc)
    error = ((centre + (x[unseen] - mean) @ w - y[unseen]) ** 2).mean()
    return dict(offset=offset, scale=scale, targetOffset=target_offset, targetScale=target_scale,
                lam=lam, error=error, weights=w.T.ravel().tolist())


cases = [
    case(0, 1, 0, 1, 1e-3),
    case(0, 1, 0, 1, 1.0),
    case(1e6, 1, 0, 1, 1e-3),
    case(1e6, 1e3, 1e6, 1e2, 1e-2),
    case(-3e4, 1e-1, 1e8, 1e6, 1e-1),
    case(1e-6, 1e-6, -1e6, 1e3, 1e-3),
]
with open("test/init/head.json", "w") as file:
    json.dump(dict(train=N, unseen=UNSEEN, inputs=D, targets=T, cases=cases), file)
