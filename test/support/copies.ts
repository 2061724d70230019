import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/**
 * Second copies of packages, as a page gets them from a bundle beside a script tag. Modules loaded
 * later see the first copies again.
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
