/**
 * What callers hand over and what then fails: callbacks, Datasets, layers, losses and bases that throw, end early or
 * answer nonsense; runs that are aborted at each of their steps; backends that are switched or removed in the middle.
 * After each of it nothing is left behind, the model or the head is as it was, and the next call has the same bits.
 */
import "./callers/progress.ts";
import "./callers/walks.ts";
import "./callers/layers.ts";
import "./callers/fitGrowing.ts";
import "./callers/backends.ts";
