import { driven, launch as start } from "./engine.ts";
import { executable, type Program } from "./find.ts";

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

export const launch = async () =>
  start({ browser: "firefox", executablePath: executable(firefox) });
export const open = () => driven(launch());
