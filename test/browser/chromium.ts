import { chromium as playwright, type Browser } from "playwright-core";
import { executable, type Program } from "./find.ts";

export const chromium: Program = {
  title: "Chromium",
  names: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"],
  elsewhere: [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
    // Playwright's own build, where it has been fetched.
    playwright.executablePath(),
  ],
  prefix: "CHROME",
  packages: ["chromium"],
  remedy: ["npx", "playwright-core", "install", "chromium"],
};

/** Nothing here needs a graphics card or the network. */
export const flags = ["--disable-gpu", "--disable-quic", "--disable-sync"];

export const launch = (): Promise<Browser> =>
  playwright.launch({ executablePath: executable(chromium), args: flags });
