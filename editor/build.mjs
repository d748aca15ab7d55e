// Makes executor/http/page/editor.js, which is committed: whoever starts codecage needs neither Node.js nor a network.
//
//     cd editor && npm ci && npm run build
//
// Its first line says what it was made from; tests/unit/executor/http/test_editor.py holds it to that.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const SOURCES = ["build.mjs", "editor.js", "modes.js", "package-lock.json"];
const OPTIONS = {
  absWorkingDir: HERE,
  entryPoints: ["editor.js"],
  outfile: "../executor/http/page/editor.js",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none", // the licences stand in the banner, once
};

const digest = createHash("sha256");
for (const name of SOURCES) digest.update(readFileSync(join(HERE, name)));
const draft = await build({ ...OPTIONS, write: false, metafile: true });
const banner = [
  `/* Made by editor/build.mjs from sources with the SHA-256 ${digest.digest("hex")}. Do not edit.`,
  "",
  ...licences(Object.keys(draft.metafile.inputs)),
  "*/",
].join("\n");
await build({ ...OPTIONS, banner: { js: banner } });

// Returns the lines of every licence of the packages that `inputs` are of, each text once.
function licences(inputs) {
  const packages = inputs.map((path) => path.match(/^node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0]).filter((path) => path);
  const byText = new Map();
  for (const folder of [...new Set(packages)].sort()) {
    const { name, version } = JSON.parse(readFileSync(join(HERE, folder, "package.json")));
    const file = readdirSync(join(HERE, folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const lines = readFileSync(join(HERE, folder, file), "utf8").trim().split("\n");
    const copyright = lines.find((line) => line.startsWith("Copyright"));
    const text = lines.filter((line) => line !== copyright).join("\n").trim();
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version}: ${copyright}`]);
  }
  return [...byText].flatMap(([text, owners]) => [...owners, "", text, ""]);
}
