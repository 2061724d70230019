"""Times NumPy and SciPy for bench/peers/numpy.ts: one JSON request a line in, one answer a line out."""

import ctypes
import json
import re
import sys
from functools import lru_cache
from time import perf_counter_ns

import numpy as np

try:
    import scipy
    import scipy.linalg
except ImportError:
    scipy = None

rng = np.random.default_rng(1)


def blas():
    """The BLAS in use and the CPU kernels it chose; reference BLAS is some 20 times slower than OpenBLAS."""
    try:
        with open("/proc/self/maps") as maps:
            paths = sorted(set(re.findall(r"(/\S*(?:blas|mkl_rt|blis)\S*\.so\S*)", maps.read())))
    except OSError:
        return "BLAS unknown"
    for path in paths:
        for symbol in ("", "64_", "_64"):
            for prefix in ("", "scipy_"):
                try:
                    core = getattr(ctypes.CDLL(path), f"{prefix}openblas_get_corename{symbol}")
                except (AttributeError, OSError):
                    continue
                core.restype = ctypes.c_char_p
                return f"OpenBLAS, {core().decode()} kernels"
    for name in ("openblas", "mkl", "blis", "atlas"):
        if any(name in path for path in paths):
            return name
    return "reference BLAS"


def normal(m, n, dtype):
    return rng.normal(size=(m, n)).astype(dtype)


def ratios(q, a=None, r=None):
    """LAPACK's test ratios, as in bench/accuracy.ts."""
    u = np.finfo(q.dtype).eps / 2
    q = q.astype(np.float64)
    m = len(q)
    found = {"orthogonality": np.linalg.norm(np.eye(q.shape[1]) - q.T @ q, 1) / (m * u)}
    if a is not None:
        found["residual"] = np.linalg.norm(a - q @ r.astype(np.float64), 1) / (m * np.linalg.norm(a, 1) * u)
    return found


def factorize(library):
    """np.linalg.qr works in double precision whatever it is given, SciPy's in that of the matrix."""
    if library == "numpy":
        return np.linalg.qr
    modes = {"reduced": "economic", "complete": "full"}
    return lambda a, mode: scipy.linalg.qr(a, mode=modes[mode], check_finite=False)


def haar(m, n, dtype, library="numpy"):
    factors = factorize(library)

    def run():
        q, r = factors(normal(m, n, dtype), "reduced")
        q *= np.sign(np.diag(r))
        return q

    return run, ratios


def qr(m, n, dtype, mode="reduced", library="numpy"):
    a = normal(m, n, dtype)
    factors = factorize(library)
    return lambda: factors(a, mode), lambda result: ratios(result[0], a, result[1])


def svd(m, n, dtype, driver="gesdd", library="scipy"):
    """Reduced. gesdd bidiagonalises, gejsv is one-sided Jacobi on pivoted QR factorizations."""
    a = normal(m, n, dtype)
    jacobi = getattr(scipy.linalg.lapack, {"float32": "s", "float64": "d"}[dtype] + "gejsv", None)

    def run():
        if driver == "gejsv":
            s, u, v, work, _, info = jacobi(a)
            assert info == 0
            return u, s * (work[0] / work[1]), v.T
        return scipy.linalg.svd(a, full_matrices=False, check_finite=False, lapack_driver=driver)

    def accuracy(result):
        u, s, vt = result
        found = ratios(u, a, s.astype(np.float64)[:, None] * vt)
        found["orthogonality"] = max(found["orthogonality"], ratios(vt.T)["orthogonality"])
        return found

    return (run, accuracy) if jacobi or driver != "gejsv" else None


def eigh(n, dtype, library="scipy"):
    """SciPy's own choice of driver is syevr; evd, divide and conquer, is faster."""
    a = normal(n, n, dtype)
    a = (a + a.T) / 2

    def run():
        return scipy.linalg.eigh(a, check_finite=False, driver="evd")

    def accuracy(result):
        w, v = result
        return ratios(v, a, w.astype(np.float64)[:, None] * v.T)

    return run, accuracy


def sylvester(n, dtype, routine="solve_sylvester", library="scipy"):
    """AX + XB = C with a known X; for `trsyl` A and B are Schur forms."""
    a, b, x = (normal(n, n, dtype) for _ in range(3))
    if routine == "trsyl":
        a, b = (scipy.linalg.schur(m)[0] for m in (a, b))
    c = a @ x + x @ b

    def run():
        if routine == "trsyl":
            found, scale, _ = scipy.linalg.lapack.get_lapack_funcs(("trsyl",), (a,))[0](a, b, c)
            return found / scale
        return scipy.linalg.solve_sylvester(a, b, c)

    def accuracy(found):
        norm = np.linalg.norm
        wide = [m.astype(np.float64) for m in (a, b, c, found)]
        rest = norm(wide[2] - wide[0] @ wide[3] - wide[3] @ wide[1])
        size = (norm(a) + norm(b)) * norm(found) + norm(c)
        u = np.finfo(c.dtype).eps / 2
        return {"residual": float(rest / size / u), "error": float(abs(found - x).max() / abs(x).max())}

    return run, accuracy


def schur(n, dtype, library="scipy"):
    a = normal(n, n, dtype)

    def accuracy(result):
        t, z = result
        return ratios(z, a, t.astype(np.float64) @ z.T)

    return lambda: scipy.linalg.schur(a, check_finite=False), accuracy


def eigenvalues(n, dtype, library="scipy"):
    a = normal(n, n, dtype)
    return lambda: scipy.linalg.eigvals(a, check_finite=False), None


def dense(what, n, cols, dtype, library="scipy"):
    """Cholesky, LU, solve, inverse and the like of normals, or of their Gram matrix."""
    x = normal(n, n, dtype)
    gram = x.T @ x + np.eye(n, dtype=dtype)
    b = normal(n, cols, dtype)
    run = {
        "cholesky": lambda: scipy.linalg.cholesky(gram, lower=True, check_finite=False),
        "lu": lambda: scipy.linalg.lu(x, p_indices=True, check_finite=False),
        "solve": lambda: scipy.linalg.solve(x, b, check_finite=False),
        "posdef": lambda: scipy.linalg.solve(gram, b, assume_a="pos", check_finite=False),
        "inverse": lambda: scipy.linalg.inv(x, check_finite=False),
        "det": lambda: scipy.linalg.det(x, check_finite=False),
        "eig": lambda: scipy.linalg.eig(x, check_finite=False),
        "expm": lambda: scipy.linalg.expm(x),
        "sqrtm": lambda: scipy.linalg.sqrtm(gram),
        "logm": lambda: scipy.linalg.logm(gram),
        "ridge": lambda: scipy.linalg.solve(x.T @ x + np.eye(n, dtype=dtype), x.T @ b, assume_a="pos", check_finite=False),
    }[what]
    return run, None


def matmul(m, n, dtype):
    a, b = normal(m, n, dtype), normal(n, n, dtype)
    return lambda: a @ b, None


def roots(coefficients, truth):
    """Both as JSON, coefficients descending. residual: the largest relative error of a root, in u."""
    c = np.array(json.loads(coefficients))
    exact = np.array([complex(*z) for z in json.loads(truth)])

    def accuracy(found):
        off = np.abs(exact[:, None] - found[None, :]).min(axis=1) / np.abs(exact)
        return {"residual": float(off.max()) * 2**53}

    return lambda: np.roots(c), accuracy


jobs = {
    "dense": dense,
    "eigh": eigh,
    "haar": haar,
    "qr": qr,
    "svd": svd,
    "schur": schur,
    "eigenvalues": eigenvalues,
    "sylvester": sylvester,
    "matmul": matmul,
    "roots": roots,
    "normal": lambda m, n, dtype: (lambda: normal(m, n, dtype), None),
}


@lru_cache(maxsize=4)
def prepare(name, *arguments):
    if "scipy" in arguments and not scipy:
        return None
    return jobs[name](*arguments)


def answer(job, reps=None):
    """Milliseconds a call over `reps` calls; without `reps`, the accuracy of a result."""
    if not (prepared := prepare(*job)):
        return {"absent": "this Python has no SciPy, or one without the routine"}
    run, accuracy = prepared
    if reps is None:
        return accuracy(run()) if accuracy else {}
    began = perf_counter_ns()
    for _ in range(reps):
        run()
    return {"ms": (perf_counter_ns() - began) / reps / 1e6}


np.linalg.qr(normal(2, 2, np.float32))  # load what is loaded late
versions = f"NumPy {np.__version__}" + (f", SciPy {scipy.__version__}" if scipy else "")
print(json.dumps({"versions": versions, "blas": blas()}), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(**json.loads(line))), flush=True)
