/**
 * The rule by which a claim is judged. For every seed the difference of the two sides is taken, which have all random draws
 * in common, and over the seeds the 95 % interval of its mean by Student's t:
 *
 *   does not reproduce   the interval ends below the claimed difference, or below the smallest one that counts
 *   reproduces           the interval begins above the claimed difference
 *   undecided            else, and with fewer than three seeds
 *
 * A claim of several comparisons reproduces if all of them do, and does not if one of them does not. Intervals are not
 * widened for the number of claims: of twenty claims without substance, one may seem to be decided.
 */
import { mean, sampleStandardDeviation } from "simple-statistics";
import type { Claim, Comparison, Observation, Side } from "../study.ts";

export type Verdict = "reproduces" | "does not reproduce" | "undecided";

export interface Compared {
  readonly comparison: Comparison;
  readonly setting: string;
  readonly seeds: number;
  /** Mean difference and half the width of its interval; NaN without enough seeds. */
  readonly difference: number;
  readonly half: number;
  readonly verdict: Verdict;
}

const LEAST_SEEDS = 3;

/** The 0.975 quantiles of Student's t with 1, 2, … degrees of freedom. */
const T = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];

/** Beyond the table by the expansion around the normal quantile (Abramowitz & Stegun 26.7.5), to 1e-3. */
export function quantile(freedom: number): number {
  const z = 1.959964;
  const terms = [z, (z ** 3 + z) / 4, (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96, (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384]; // prettier-ignore
  return T[freedom - 1] ?? terms.reduce((sum, term, i) => sum + term / freedom ** i, 0);
}

export function judge(differences: readonly number[], { by = 0, counts = by }: Comparison) {
  const seeds = differences.length;
  if (seeds < LEAST_SEEDS) {
    const difference = seeds > 0 ? mean([...differences]) : NaN;
    return { seeds, difference, half: NaN, verdict: "undecided" as const };
  }
  const difference = mean([...differences]);
  const half = (quantile(seeds - 1) * sampleStandardDeviation([...differences])) / Math.sqrt(seeds);
  const verdict: Verdict =
    difference + half < Math.max(by, counts) || (half === 0 && difference <= by)
      ? "does not reproduce"
      : difference - half > by
        ? "reproduces"
        : "undecided";
  return { seeds, difference, half, verdict };
}

/** The differences that a comparison is about, one for each seed that both sides have. */
function differences(
  { of, over, less, relative }: Comparison,
  observations: readonly Observation[],
): number[] {
  const side = ({ method, measure }: Side) =>
    new Map(
      observations
        .filter((one) => one.method === method)
        .map(({ seed, values }) => [seed, values[measure] as number]),
    );
  const own = side(of);
  const other = typeof over === "number" ? undefined : side(over);
  return [...own].flatMap(([seed, value]) => {
    const against = other ? other.get(seed) : (over as number);
    if (against === undefined || !Number.isFinite(value) || !Number.isFinite(against)) return [];
    const gap = less ? against - value : value - against;
    return [relative ? gap / against : gap];
  });
}

/** The comparisons of a claim, and its verdict. */
export function verdictOf(
  claim: Claim,
  observations: readonly Observation[],
  settings: readonly string[],
): { compared: Compared[]; verdict: Verdict } {
  const compared = claim.comparisons.flatMap((comparison) =>
    (comparison.settings ?? settings).map((setting): Compared => {
      const own = observations.filter((one) => one.setting === setting);
      return { comparison, setting, ...judge(differences(comparison, own), comparison) };
    }),
  );
  const all = compared.map(({ verdict }) => verdict);
  const verdict = all.includes("does not reproduce")
    ? "does not reproduce"
    : all.every((one) => one === "reproduces") && all.length > 0
      ? "reproduces"
      : "undecided";
  return { compared, verdict };
}
