import type { Program } from "./find.ts";

export const firefox: Program = {
  title: "Firefox",
  names: ["firefox-esr", "firefox"],
  elsewhere: [
    "/Applications/Firefox.app/Contents/MacOS/firefox",
    "C:\\Program Files\\Mozilla Firefox\\firefox.exe",
  ],
  prefix: "FIREFOX",
  packages: ["firefox-esr"],
};
