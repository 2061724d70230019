/** Finds a Chromium on this machine, or puts one there. */
import { execFileSync } from "node:child_process";
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

function installed(): string | undefined {
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

/** With Debian's package manager, if we may use it. */
function aptInstall(): string | undefined {
  const root = process.getuid?.() === 0;
  if (!succeeds("apt-get", "--version") || (!root && !succeeds("sudo", "-n", "true"))) return;
  const apt = (...args: string[]) =>
    root ? succeeds("apt-get", ...args) : succeeds("sudo", "-n", "apt-get", ...args);
  apt("update");
  if (apt("install", "--yes", "--no-install-recommends", "chromium")) return installed();
}

/** Playwright's own build, fetched from its makers. */
function playwrightInstall(): string | undefined {
  const downloaded = () => [chromium.executablePath()].find(existsSync);
  return (
    downloaded() ??
    (succeeds("npx", "playwright-core", "install", "chromium") ? downloaded() : undefined)
  );
}

export async function launch(): Promise<Browser> {
  const executablePath =
    process.env.CHROME_PATH ?? installed() ?? aptInstall() ?? playwrightInstall();
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
