/**
 * The results of a study in a file, written after every cell, so that a run that was interrupted goes on where it was.
 * Results are kept as long as their key, a hash of all that decides them, is the same.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { sameCell, type Cell, type Observation } from "../study.ts";

/** A cell that was computed, and how long it took. */
export interface Computed extends Cell {
  readonly seconds: number;
  readonly observations: readonly Observation[];
}

/** Where results come from: commit, machine, data, sizes. Of the last cell, if a run was continued. */
export type Origin = Readonly<Record<string, unknown>>;

export interface Kept {
  readonly key: string;
  readonly origin: Origin;
  readonly cells: readonly Computed[];
}

export class Store {
  #kept: Kept;

  constructor(
    private readonly file: string,
    private readonly key: string,
    /** Of the cells that are added. */
    private readonly origin: Origin,
  ) {
    this.#kept = existsSync(file)
      ? (JSON.parse(readFileSync(file, "utf8")) as Kept)
      : { key, origin, cells: [] };
  }

  /** Whether the results have another key: they can be shown, and the first cell that is added takes their place. */
  get outdated(): boolean {
    return this.#kept.key !== this.key;
  }

  get kept(): Kept {
    return this.#kept;
  }

  find(cell: Cell): Computed | undefined {
    return this.outdated ? undefined : this.#kept.cells.find((one) => sameCell(one, cell));
  }

  /** Adds a cell and writes the file, which is whole at every time. */
  add(computed: Computed): void {
    const cells = this.outdated ? [] : this.#kept.cells;
    this.#kept = { key: this.key, origin: this.origin, cells: [...cells, computed] };
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileSync(`${this.file}.part`, text(this.#kept));
    renameSync(`${this.file}.part`, this.file);
  }
}

/** A line for each cell, so that differences between two runs are readable. Numbers with six digits. */
function text({ key, origin, cells }: Kept): string {
  const lines = cells.map((cell) => JSON.stringify(cell, short));
  return `{ "key": "${key}",\n"origin": ${JSON.stringify(origin, null, 1)},\n"cells": [\n${lines.join(",\n")}\n] }\n`;
}

const short = (_: string, value: unknown) =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
