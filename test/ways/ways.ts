import { bundlers } from "./bundlers.ts";
import { examples } from "./examples.ts";
import { node } from "./node.ts";
import { pages } from "./pages.ts";
import { tags } from "./scripts.ts";
import { types } from "./types.ts";

/** Every way into an app. */
export const ways = [...node, ...types, ...pages, ...tags, ...bundlers, ...examples];

/** Those that need no registry and little time, for `npm test`. */
export const core = ways.filter(({ core }) => core);
