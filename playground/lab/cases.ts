/** The benchmarks of `npm run bench` that a browser can run, by the same names. */
import eigh from "../../bench/linalg/eigh.ts";
import haar from "../../bench/linalg/haar.ts";
import matmul from "../../bench/linalg/matmul.ts";
import qr from "../../bench/linalg/qr.ts";
import svd from "../../bench/linalg/svd.ts";
import initializers from "../../bench/tfjs/initializers.ts";
import builds from "../../bench/tfjs/install.ts";
import type { Case } from "../../bench/harness.ts";

const files: Record<string, readonly object[]> = {
  models: builds,
  initializers,
  haar,
  qr,
  svd,
  eigh,
  matmul,
};

/** The largest order, in a name, of a matrix that a page measures. */
const LARGEST = 784;

const orders = (name: string) => (name.match(/\d+/g) ?? []).map(Number);

/** Cases by file. Rivals that need Node are left out, see `absent` in vite.config.ts, and so is what takes long. */
export const cases: Readonly<Record<string, readonly Case[]>> = Object.fromEntries(
  Object.entries(files).map(([file, list]) => [
    file,
    list
      .filter((c): c is Case => "unit" in c)
      .filter(({ name }) => orders(name).every((n) => n <= LARGEST))
      .map((c) => ({
        ...c,
        peers: c.peers?.filter((peer) => !("absent" in peer)),
      })),
  ]),
);
