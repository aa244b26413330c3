// Runs forge and the freshness checks of this package; ends with a line `N passed, N failed, N skipped`.
// `--snapshot` writes the gas snapshots instead of comparing them.
// FOUNDRY_PROFILE=full runs the large counts.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { foundryTool, packageRoot } from "./compile.mjs";

const writeSnapshots = process.argv.includes("--snapshot");
const forge = foundryTool("forge");
const count = { passed: 0, failed: 0, skipped: 0 };

runForge(["--no-match-contract", "GasTest"], {});
// --isolate makes every call a transaction of its own, so that its gas is what a user pays.
runForge(["--match-contract", "GasTest", "--isolate"], { FORGE_SNAPSHOT_CHECK: String(!writeSnapshots) });
runScript("exported artifacts are fresh", ["script/export.mjs", "--check"]);
runScript("event traces are fresh", ["script/traces.mjs", "--check"]);

checkWorkedExample();

console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exit(count.failed === 0 && count.passed > 0 ? 0 : 1);

function runForge(options, environment) {
  const result = spawnSync(forge, ["test", "--json", ...options], {
    cwd: packageRoot,
    encoding: "utf8",
    env: { ...process.env, ...environment },
    maxBuffer: 1 << 28,
  });
  const suites = parseSuites(result.stdout);
  if (suites === null) {
    report(
      "failed", `forge test ${options.join(" ")}`, `${result.error ?? ""}${result.stdout}${result.stderr}`);
    return;
  }
  for (const [name, suite] of Object.entries(suites)) reportSuite(name, suite.test_results);
  const anyFailed = Object.values(suites).some((s) => Object.values(s.test_results).some(hasFailed));
  if (result.status !== 0 && !anyFailed)
    report("failed", "forge", `${result.stdout}${result.stderr}`.slice(-4_000));
}

// forge prints one line of JSON; with a failed compile or a changed gas snapshot other text instead or
// around it.
function parseSuites(stdout) {
  for (const line of stdout.split("\n")) {
    if (!line.startsWith("{")) continue;
    try {
      const suites = JSON.parse(line);
      if (Object.values(suites).every((s) => s?.test_results)) return suites;
    } catch {
      continue;
    }
  }
  return null;
}

function reportSuite(name, results) {
  const tests = Object.entries(results);
  for (const [test, result] of tests) {
    const outcome = hasFailed(result) ? "failed" : result.status === "Skipped" ? "skipped" : "passed";
    const detail = [result.reason, result.counterexample && JSON.stringify(result.counterexample)];
    report(outcome, `${name} ${test}`, detail.filter(Boolean).join("\n"));
  }
  console.log(`${name}: ${tests.length} tests`);
}

function hasFailed(result) {
  return result.status !== "Success" && result.status !== "Skipped";
}

function runScript(what, options) {
  const result = spawnSync(process.execPath, options, { cwd: packageRoot, encoding: "utf8" });
  report(result.status === 0 ? "passed" : "failed", what, `${result.stdout}${result.stderr}`.trim());
}

/** README's rolling hash is that of the first route event in the traces. */
function checkWorkedExample() {
  const { steps } = JSON.parse(readFileSync(join(packageRoot, "artifacts", "traces.json"), "utf8"));
  const first = steps.map((step) => step.event).find((event) => event.label === "RouteRegistry");
  const readme = readFileSync(join(packageRoot, "README.md"), "utf8");
  const shown = readme.includes(`eventsHash'        ${first.eventsHash.slice(2)}`);
  report(shown ? "passed" : "failed", "README shows the rolling hash of the traces", first.eventsHash);
}

function report(outcome, what, detail) {
  count[outcome]++;
  if (outcome !== "passed") console.error(`${outcome}: ${what}\n${detail}`);
}
