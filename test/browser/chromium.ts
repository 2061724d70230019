/**
 * Finds a Chromium on this machine, or puts one there. `npm test` says so beforehand, and asks where there is
 * somebody to answer; CHROME_INSTALL=no forbids it.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type Browser } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

const elsewhere = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
];

/** The one of CHROME_PATH, or one that lies where they do. */
function installed(): string | undefined {
  if (process.env.CHROME_PATH) return process.env.CHROME_PATH;
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  const onPath = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...onPath, ...elsewhere].find(existsSync);
}

/** Did the command succeed? What it says goes to stderr, where a failed test shows it. */
function succeeds(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, {
      stdio: ["ignore", 2, 2],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
    return true;
  } catch {
    return false;
  }
}

const root = process.getuid?.() === 0;
const apt = (...args: string[]) =>
  root ? ["apt-get", ...args] : ["sudo", "-n", "apt-get", ...args];
const quiet = (command: string, ...args: string[]) =>
  spawnSync(command, args, { stdio: "ignore" }).status === 0;

/** What would put a Chromium on this machine, first choice first: Debian's, if we may, and Playwright's own. */
function remedies(): string[][][] {
  const debian = [apt("update"), apt("install", "--yes", "--no-install-recommends", "chromium")];
  const allowed = quiet("apt-get", "--version") && (root || quiet("sudo", "-n", "true"));
  return [...(allowed ? [debian] : []), [["npx", "playwright-core", "install", "chromium"]]];
}

/** The same as a line for a shell. */
export const plan = () =>
  remedies()
    .map((commands) => commands.map((words) => words.join(" ")).join(" && "))
    .join(" || ");

/** Playwright's own build, where it has been fetched. */
const fetched = () => [chromium.executablePath()].find(existsSync);

export const found = () => installed() ?? fetched();

function install(): string | undefined {
  if (process.env.CHROME_INSTALL === "no") return;
  console.error(`No Chromium here; running ${plan()}`);
  for (const commands of remedies()) {
    const done = commands.every(([command, ...args]) => succeeds(command, ...args));
    if (done && found()) return found();
  }
}

export async function launch(): Promise<Browser> {
  const executablePath = found() ?? install();
  if (!executablePath)
    throw new Error(
      "No Chromium: install Chromium or Chrome, or set CHROME_PATH to its executable.",
    );
  return chromium.launch({
    executablePath,
    // Nothing here needs a graphics card or the network; Playwright itself turns off the rest.
    args: ["--disable-gpu", "--disable-quic", "--disable-sync"],
  });
}
