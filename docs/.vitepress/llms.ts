/** Writes llms.txt, a list of the pages with what they are about, and llms-full.txt, all of them as Markdown. */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SiteConfig } from "vitepress";

/** The Markdown of a page: files that it includes are put in, front matter and comments are left out. */
function markdown(file: string): string {
  return readFileSync(file, "utf8")
    .replace(/^---\n.*?\n---\n/s, "")
    .replace(/<!--@include: (\S+)-->/g, (_, other) => markdown(join(dirname(file), other)))
    .replace(/<!--.*?-->\n?/gs, "")
    .trim();
}

export function llms({ srcDir, outDir, pages, site }: SiteConfig): void {
  const written = pages.filter((page) => page !== "index.md" && !page.startsWith("api/")).sort();
  const texts = written.map((page) => markdown(join(srcDir, page)));
  const lines = written.map((page, i) => {
    const [, title = page] = texts[i]!.match(/^# (.*)$/m) ?? [];
    const about = texts[i]!.split("\n\n").find((text) => /^(?!```)[A-Z`]/.test(text)) ?? "";
    const [first] = about.replaceAll("\n", " ").split(/(?<=\.) (?=[A-Z`])/);
    return `- [${title}](${site.base}${page.replace(/\.md$/, ".html")}): ${first}`;
  });
  const head = `# ${site.title}\n\n> ${site.description}`;
  const reference = `- [Reference](${site.base}api/index.html): every public name, from its docstring`;
  writeFileSync(join(outDir, "llms.txt"), `${head}\n\n${[...lines, reference].join("\n")}\n`);
  writeFileSync(join(outDir, "llms-full.txt"), `${head}\n\n${texts.join("\n\n")}\n`);
}
