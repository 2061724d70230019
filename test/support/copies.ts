import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/**
 * Loads second copies of packages, as on a page with a bundle beside a script tag. Modules loaded later get the first
 * copies again.
 */
export function copies(...names: string[]): any[] {
  const paths = names.map((name) => require.resolve(name));
  const first = paths.map((path) => require.cache[path]);
  for (const path of paths) delete require.cache[path];
  try {
    return names.map((name) => require(name));
  } finally {
    paths.forEach((path, i) => (require.cache[path] = first[i]));
  }
}
