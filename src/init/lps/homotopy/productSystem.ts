/** N products of D affine forms in N unknowns: a system whose D^N zeros linear algebra can find. */
import { complex, dot, multiply, scale, solve, type Complex } from "./complex.ts";

/** The forms of every component, each given by N coefficients and a constant. */
export type ProductSystem = Complex[][][];

/** Makes the system from N D (N + 1) coefficients. */
export function productSystem(
  coefficients: readonly Complex[],
  unknowns: number,
  degree: number,
): ProductSystem {
  const form = (at: number) => coefficients.slice(at * (unknowns + 1), (at + 1) * (unknowns + 1));
  return Array.from({ length: unknowns }, (_, i) =>
    Array.from({ length: degree }, (_, k) => form(i * degree + k)),
  );
}

/** All zeros of the system: at each of them one form of every component vanishes. */
export function startPoints(system: ProductSystem): Complex[][] {
  const choices = system.reduce<Complex[][][]>(
    (chosen, forms) => chosen.flatMap((before) => forms.map((form) => [...before, form])),
    [[]],
  );
  return choices.map((forms) =>
    solve(
      forms.map((form) => form.slice(0, -1)),
      forms.map((form) => scale(form.at(-1)!, -1)),
    ),
  );
}

/** Values at homogeneous coordinates, and the Jacobian by the product rule. */
export function evaluate(
  system: ProductSystem,
  v: readonly Complex[],
): { value: Complex[]; jacobian: Complex[][] } {
  const one = complex(1);
  const factors = system.map((forms) => forms.map((form) => dot(form, v)));
  const value = factors.map((row) => row.reduce(multiply, one));
  const jacobian = system.map((forms, i) => {
    const others = forms.map((_, k) =>
      factors[i]!.reduce(
        (product, factor, l) => (l === k ? product : multiply(product, factor)),
        one,
      ),
    );
    return v.map((_, j) =>
      dot(
        others,
        forms.map((form) => form[j]!),
      ),
    );
  });
  return { value, jacobian };
}
