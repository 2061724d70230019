/**
 * Makes the roots of a real polynomial what they must be: real, or two exactly conjugate neighbours.
 *
 * The root most off the axis comes first. Its partner is whichever is nearest to its mirror image: another
 * root, or, for a real root, itself. The partner becomes the mirror image, whose residual is that of the first; the
 * mean of both would have a larger one within a cluster.
 */
import { approach, place, Lens } from "./lens";

export function conjugate(w: Lens): void {
  const n = w.n;
  for (let first = 0; first < n; first++) {
    swap(w, first, steepest(w, first));
    approach(w, first);
    const re = load<f64>(w.re + 8 * first);
    const im = load<f64>(w.im + 8 * first);
    let partner = first;
    let nearest = 4 * im * im;
    for (let j = first + 1; j < n; j++) {
      const dr = re - load<f64>(w.re + 8 * j);
      const di = im + load<f64>(w.im + 8 * j);
      const square = dr * dr + di * di;
      if (square < nearest) {
        nearest = square;
        partner = j;
      }
    }
    if (partner == first) {
      place(w, first, re, 0);
    } else {
      place(w, first, re, -abs(im));
      swap(w, ++first, partner);
      place(w, first, re, abs(im));
    }
  }
}

/** The root from `first` on with the largest |im| / |re|. */
function steepest(w: Lens, first: i32): i32 {
  let found = first;
  let re: f64 = 1;
  let im: f64 = 0;
  for (let j = first; j < w.n; j++) {
    const x = abs(load<f64>(w.z + 16 * j));
    const y = abs(load<f64>(w.z + 16 * j, 8));
    if (y * re > im * x) {
      re = x;
      im = y;
      found = j;
    }
  }
  return found;
}

function swap(w: Lens, i: i32, j: i32): void {
  exchange<v128>(w.z + 16 * i, w.z + 16 * j);
  exchange<i32>(w.ez + 4 * i, w.ez + 4 * j);
  exchange<f64>(w.re + 8 * i, w.re + 8 * j);
  exchange<f64>(w.im + 8 * i, w.im + 8 * j);
}

function exchange<T>(x: usize, y: usize): void {
  const t = load<T>(x);
  store<T>(x, load<T>(y));
  store<T>(y, t);
}
