/** WebKitGTK's MiniBrowser by WebDriver. It has no headless mode, so it shows itself on a display of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import type { Readable } from "node:stream";
import { Builder } from "selenium-webdriver";
import { PATIENCE, type Engine } from "./engine.ts";
import { executable, type Program } from "./find.ts";

/** The driver; it starts the browser that it was built with. */
export const webkit: Program = {
  title: "WebKit",
  names: ["WebKitWebDriver"],
  prefix: "WEBKIT",
  packages: ["webkit2gtk-driver"],
};

export const xvfb: Program = {
  title: "Xvfb",
  names: ["Xvfb"],
  prefix: "XVFB",
  packages: ["xvfb"],
};

/** A display that nobody sees, and its name. */
async function display() {
  const args = ["-displayfd", "3", "-screen", "0", "1024x768x24", "-nolisten", "tcp"];
  const server = spawn(executable(xvfb), args, { stdio: ["ignore", "ignore", "pipe", "pipe"] });
  let said = "";
  server.stderr!.on("data", (text) => (said += text));
  const ended = once(server, "exit").then(([code]) => {
    throw new Error(`Xvfb ended with ${code}: ${said}`);
  });
  ended.catch(() => {});
  const [number] = await Promise.race([once(server.stdio[3] as Readable, "data"), ended]);
  return { name: `:${String(number).trim()}`, close: () => server.kill() };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** The driver on that display, and its address. */
async function driver(executable: string, display: string) {
  const port = await freePort();
  const env = { ...process.env, DISPLAY: display, LIBGL_ALWAYS_SOFTWARE: "1" };
  const server = spawn(executable, [`--port=${port}`], { stdio: ["ignore", "ignore", 2], env });
  const address = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries++) {
    const answers = await fetch(`${address}/status`).then(({ ok }) => ok, () => false); // prettier-ignore
    if (answers) return { address, close: () => server.kill() };
    if (tries === 300 || server.exitCode !== null) {
      server.kill();
      throw new Error(`${executable} does not answer`);
    }
    await new Promise((done) => setTimeout(done, 100));
  }
}

async function session(address: string) {
  const started = await new Builder()
    .usingServer(address)
    .withCapabilities({ browserName: "MiniBrowser" })
    .disableEnvironmentOverrides()
    .build();
  await started.manage().setTimeouts({ script: PATIENCE });
  return started;
}

export async function open(): Promise<Engine> {
  const path = executable(webkit);
  const closing: (() => unknown)[] = [];
  const close = async () => {
    for (const one of closing.splice(0).reverse()) await one();
  };
  try {
    const screen = await display();
    closing.push(screen.close);
    const server = await driver(path, screen.name);
    closing.push(server.close);
    const browser = await session(server.address);
    closing.push(() => browser.quit());
    return {
      version: `WebKitGTK/${(await browser.getCapabilities()).get("browserVersion")}`,
      async visit<T>(url: string, expression: string, picture?: string) {
        await browser.get(url);
        // The driver may come back before modules have run. The answer is text: the driver would sort the keys of an object.
        const [error, answer] = await browser.executeAsyncScript<[string, string]>(`
          const tell = arguments[0];
          const loaded = new Promise((done) => {
            if (document.readyState === "complete") done();
            else addEventListener("load", done);
          });
          loaded.then(async () => ${expression}).then(
            (answer) => tell(["", JSON.stringify(answer)]),
            (error) => tell([String(error)]),
          );`);
        if (error) throw new Error(error);
        if (picture) await writeFile(picture, await browser.takeScreenshot(), "base64");
        return JSON.parse(answer) as T;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
