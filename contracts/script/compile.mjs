// Compiles Solidity sources of this package with solc-js, with the settings of foundry.toml.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, dirname } from "node:path";
import { fileURLToPath } from "node:url";

const solc = createRequire(import.meta.url)("solc");

/** The folder that holds package.json. */
export const packageRoot = join(dirname(fileURLToPath(import.meta.url)), "..");

/** For example "0.8.37+commit.1234abcd", without the name of the platform it was built for. */
export const compilerVersion = solc.version().replace(/\.(Emscripten|Linux).*$/, "");

// Without a metadata hash the bytecode depends on code and compiler alone, not on comments or paths.
const settings = {
  evmVersion: "prague",
  optimizer: { enabled: true, runs: 10_000 },
  metadata: { bytecodeHash: "none" },
  outputSelection: {
    "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "storageLayout"] },
  },
};

/** Paths, relative to the package, of all Solidity files under a folder. */
export function solidityFiles(folder) {
  return readdirSync(join(packageRoot, folder), { recursive: true })
    .filter((name) => name.endsWith(".sol"))
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .sort();
}

/** Compiles the files; returns solc's `contracts`, by path and name. Throws on any error or warning. */
export function compile(files) {
  const sources = Object.fromEntries(files.map((path) => [path, { content: readSource(path) }]));
  const input = { language: "Solidity", sources, settings };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: readImport }));
  const problems = (output.errors ?? []).filter((e) => e.severity !== "info");
  if (problems.length > 0) throw new Error(problems.map((e) => e.formattedMessage).join("\n"));
  return output.contracts;
}

/** Path of a Foundry tool: the installed package on Linux x64, elsewhere what PATH has. */
export function foundryTool(name) {
  const installed = join(packageRoot, "node_modules", ".bin", name);
  return existsSync(installed) ? installed : name;
}

function readSource(path) {
  const inPackages = path.startsWith("@") ? join("node_modules", path) : path;
  return readFileSync(join(packageRoot, inPackages), "utf8");
}

function readImport(path) {
  try {
    return { contents: readSource(path) };
  } catch (e) {
    return { error: e.message };
  }
}
