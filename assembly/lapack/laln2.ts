/**
 * laln2: (A - (wr + i wi)) x = f for a real block A of order p = 1 or 2 and a complex number, by Gauss elimination; a
 * pivot below `smin` is replaced by it, as LAPACK does: the answer is that of a nearby block.
 *
 * All in f64. `a` is a place of quasi.ts: diagonal, above, below, then the second diagonal entry. `f` holds real and
 * imaginary part of each row and is overwritten by x.
 */
export function laln2(p: i32, a: usize, wr: f64, wi: f64, smin: f64, f: usize): void {
  const ar = load<f64>(a) - wr;
  if (p == 1) {
    over(ar, -wi, smin, f, load<f64>(f), load<f64>(f, 8));
    return;
  }
  const b = load<f64>(a, 8), c = load<f64>(a, 16), dr = load<f64>(a, 24) - wr;
  const f0r = load<f64>(f), f0i = load<f64>(f, 8), f1r = load<f64>(f, 16), f1i = load<f64>(f, 24);
  if (abs(c) > abs(ar) + abs(wi)) {
    // Rows exchanged: the first pivot is c, l = (A_11 - w) / c.
    const lr = ar / c, li = -wi / c;
    const ur = b - (lr * dr + li * wi), ui = -(li * dr - lr * wi);
    over(ur, ui, smin, f + 16, f0r - (lr * f1r - li * f1i), f0i - (lr * f1i + li * f1r));
    const xr = load<f64>(f, 16), xi = load<f64>(f, 24);
    over(c, 0, smin, f, f1r - (dr * xr + wi * xi), f1i - (dr * xi - wi * xr));
  } else {
    over(ar, -wi, smin, f, c, 0);
    const lr = load<f64>(f), li = load<f64>(f, 8);
    over(dr - lr * b, -wi - li * b, smin, f + 16, f1r - (lr * f0r - li * f0i), f1i - (lr * f0i + li * f0r));
    over(ar, -wi, smin, f, f0r - b * load<f64>(f, 16), f0i - b * load<f64>(f, 24));
  }
}

/** (yr + i yi) / (dr + i di), by Smith's method. */
// @ts-ignore: decorator
@inline
function over(dr: f64, di: f64, smin: f64, to: usize, yr: f64, yi: f64): void {
  if (abs(dr) + abs(di) < smin) {
    dr = smin;
    di = 0;
  }
  if (abs(dr) >= abs(di)) {
    const q = di / dr, d = dr + di * q;
    store<f64>(to, (yr + yi * q) / d);
    store<f64>(to, (yi - yr * q) / d, 8);
  } else {
    const q = dr / di, d = dr * q + di;
    store<f64>(to, (yr * q + yi) / d);
    store<f64>(to, (yi * q - yr) / d, 8);
  }
}
