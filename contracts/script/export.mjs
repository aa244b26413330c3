// Writes artifacts/<contract>.json from a fresh compile; with --check compares instead
// and exits 1 if one is stale.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile, compilerVersion, packageRoot, solidityFiles } from "./compile.mjs";

const exported = ["NodeRegistry", "RouteRegistry"];
const folder = join(packageRoot, "artifacts");

const arguments_ = process.argv.slice(2);
if (arguments_.some((a) => a !== "--check")) {
  console.error("usage: node script/export.mjs [--check]");
  process.exit(2);
}
process.exit(arguments_.includes("--check") ? check() : write());

function write() {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of artifacts()) writeFileSync(join(folder, name), text);
  console.log(`wrote ${exported.length} artifacts (solc ${compilerVersion})`);
  return 0;
}

function check() {
  const stale = [...artifacts()].filter(([name, text]) => readOrNull(join(folder, name)) !== text);
  for (const [name] of stale) console.error(`stale: artifacts/${name} differs from a fresh compile`);
  if (stale.length > 0) {
    console.error("run `npm run export` in contracts/ and commit the result");
    return 1;
  }
  console.log(`${exported.length} artifacts are fresh (solc ${compilerVersion})`);
  return 0;
}

/** File name to file text, for each exported contract. */
function artifacts() {
  const contracts = compile(solidityFiles("src"));
  return new Map(exported.map((name) => [`${name}.json`, render(name, contracts[`src/${name}.sol`][name])]));
}

function render(contractName, output) {
  const artifact = {
    abi: output.abi.map(sortKeys).sort(byTypeAndSignature),
    bytecode: `0x${output.evm.bytecode.object}`,
    compiler: `solc ${compilerVersion}`,
    contractName,
    deployedBytecode: `0x${output.evm.deployedBytecode.object}`,
    storageLayout: output.storageLayout.storage.map(describeSlot),
  };
  return JSON.stringify(artifact, null, 2) + "\n";
}

/** solc's type names carry numbers of syntax-tree nodes, which change with any edit: they are left out. */
function describeSlot({ label, slot, offset, type }) {
  const stableType = type.replace(/^t_/, "").replace(/\)\d+/g, ")");
  return { label, offset, slot: Number(slot), type: stableType };
}

function sortKeys(value) {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sortKeys(value[key])]));
}

function byTypeAndSignature(a, b) {
  const [x, y] = [sortName(a), sortName(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function sortName({ type, name = "", inputs = [] }) {
  return `${type} ${name}(${inputs.map((i) => i.type).join(",")})`;
}

function readOrNull(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
