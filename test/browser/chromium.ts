import { chromium as playwright } from "playwright-core";
import { driven, launch as start } from "./engine.ts";
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

const args = [
  // Nothing here needs a graphics card or the network, and pages are our own: root has no sandbox.
  ...["--disable-gpu", "--disable-quic", "--disable-sync", "--no-sandbox"],
  // A camera that shows a test card, and may be used without asking.
  ...["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
];

export const launch = async () => start({ executablePath: executable(chromium), args });
export const open = () => driven(launch());
