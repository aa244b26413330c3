// Writes artifacts/traces.json: a scripted history of both registries on a fresh local anvil, with each event
// and its rolling hash, and each signed thing with its struct hash, digest and signature. With --check
// compares instead. All keys are keccak256 of a label. TEST KEYS ONLY: anybody can compute them.

import { spawn } from "node:child_process";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as ethers from "ethers";
import { compile, foundryTool, packageRoot } from "./compile.mjs";

const chainId = 31337;
const startTime = 1_800_000_000;
const blockSeconds = 12;
const day = 86_400;
const file = join(packageRoot, "artifacts", "traces.json");
const retired = 3;

const routeTypes = {
  Route: fields(
    "address wallet,bytes32 prekey,uint32 home0,uint32 home1,uint32 home2,"
      + "uint8 suite,uint32 epoch,uint64 expiry,uint16 flags",
  ),
};
const setTypes =
  { SetRoute: fields("address wallet,bytes32 prekey,uint256 packed,uint256 nonce,uint256 deadline") };
const clearTypes = { ClearRoute: fields("address wallet,uint256 nonce,uint256 deadline") };

async function main() {
  const anvil = await startAnvil();
  try {
    return finish(JSON.stringify(await record(anvil.provider), null, 2) + "\n");
  } finally {
    anvil.stop();
  }
}

function finish(fresh) {
  if (!process.argv.includes("--check")) {
    writeFileSync(file, fresh);
    console.log(`wrote artifacts/traces.json (${JSON.parse(fresh).steps.length} steps)`);
    return 0;
  }
  let stored = "";
  try {
    stored = readFileSync(file, "utf8");
  } catch {
    // A missing file is as stale as an old one.
  }
  if (stored === fresh) {
    console.log("artifacts/traces.json is fresh");
    return 0;
  }
  console.error(
    "stale: artifacts/traces.json differs from a fresh run; run `npm run traces` and commit the result");
  return 1;
}

async function record(provider) {
  const labels = [
    "deployer", "operator-1", "operator-2", "relayer", "wallet-1", "wallet-2", "wallet-3", "contract-owner"];
  const accounts = Object.fromEntries(labels.map((label) => [label, account(provider, label)]));
  for (const { address } of Object.values(accounts)) {
    await provider.send("anvil_setBalance", [address, ethers.toQuantity(ethers.parseEther("1000"))]);
  }
  const nodes = await deploy(accounts.deployer, artifact("NodeRegistry"));
  const routes = await deploy(accounts.deployer, artifact("RouteRegistry"));
  const walletCode = compile(["test/mocks/Wallets.sol"])["test/mocks/Wallets.sol"].ContractWallet;
  const contractWallet = await deploy(
    accounts.deployer,
    { abi: walletCode.abi, bytecode: `0x${walletCode.evm.bytecode.object}` },
    accounts["contract-owner"].address,
  );

  const trace = new Trace(provider, accounts, nodes, routes);
  trace.addresses["contract-wallet"] = await contractWallet.getAddress();
  await recordNodes(trace, accounts, nodes);
  await recordRoutes(trace, accounts, routes, contractWallet);
  await trace.requireFinalHashes();
  return trace.toJson();
}

async function recordNodes(trace, accounts, nodes) {
  const [one, two] = [accounts["operator-1"], accounts["operator-2"]];
  const ether = (n) => ({ value: ethers.parseEther(n) });
  for (let n = 1; n <= 4; n++) {
    await trace.step(
      `register node ${n}`, nodes, n < 4 ? one : two, "register", [nodeInput(n)], ether(`${n}`));
  }
  await trace.step("register node 5, no bond, IPv6", nodes, two, "register", [
    {
      ...nodeInput(5), ip: "0x20010db8000000000000000000000005", descriptorHash: ethers.ZeroHash,
      descriptorVersion: 0,
    },
  ]);
  await trace.step(
    "move node 1", nodes, one, "update", [1, { ...nodeInput(1), clientPort: 5000, nodePort: 5001 }]);
  await trace.step(
    "replace all keys of node 2", nodes, one, "update", [2, { ...nodeInput(102), descriptorVersion: 7 }]);
  await trace.step("replace the descriptor of node 5", nodes, two, "update", [
    5,
    { ...nodeInput(5), descriptorVersion: 1 },
  ]);
  await trace.step("add to the bond of node 5", nodes, one, "addBond", [5], ether("0.5"));
  await trace.step("drain node 3", nodes, one, "setState", [3, 2]);
  await trace.step("activate node 3", nodes, one, "setState", [3, 1]);
  await trace.step("drain node 3 again", nodes, one, "setState", [3, 2]);
  await trace.step("retire node 3", nodes, one, "setState", [3, retired]);
  await trace.step("transfer node 1", nodes, one, "transferOperator", [1, two.address]);
  const moved = { ...nodeInput(1), clientPort: 5002, nodePort: 5003 };
  await trace.step("the new operator updates node 1", nodes, two, "update", [1, moved]);
  trace.time += 7 * day;
  await trace.step("withdraw the bond of node 3", nodes, one, "withdrawBond", [3, accounts.relayer.address]);
  await trace.step("register node 6", nodes, two, "register", [nodeInput(6)], ether("6"));
}

async function recordRoutes(trace, accounts, routes, contractWallet) {
  const [a, b, c] = ["wallet-1", "wallet-2", "wallet-3"].map((label) => accounts[label]);
  const set = (what, wallet, route) => setOwn(trace, routes, what, wallet, route);
  const setFor = (what, wallet, route) =>
    setSponsored(trace, routes, accounts.relayer, what, wallet, wallet.address, route);

  await set("wallet 1 sets a route with one home", a, { homes: [1], epoch: 1 });
  await set("wallet 2 sets a route with two homes", b, { homes: [2, 4], epoch: 1, flags: 0x8001 });
  await set("wallet 3 sets a route with three homes", c, { homes: [6, 1, 5], epoch: 1, flags: 0xffff });
  for (let epoch = 2; epoch <= 5; epoch++) {
    await set(`wallet 1 rotates to epoch ${epoch}`, a, { homes: [1, epoch], epoch });
    await setFor(`wallet 2 rotates to epoch ${epoch}, sponsored`, b, { homes: [2], epoch });
  }
  await set("wallet 3 skips epochs", c, { homes: [5, 6], epoch: 1_000 });
  await trace.step("wallet 1 clears its route", routes, a, "clear", []);
  await set("wallet 1 comes back", a, { homes: [4], epoch: 6 });
  await clearSponsored(trace, routes, accounts.relayer, "wallet 2 clears its route, sponsored", b, b.address);
  await setFor("wallet 2 comes back, sponsored", b, { homes: [4294967295], epoch: 6 });
  await set("wallet 3 sets the longest expiry and the last epoch", c, {
    homes: [1, 2, 4],
    epoch: 4294967295,
    life: 2 * 365 * day,
  });

  const owner = accounts["contract-owner"];
  const walletAddress = await contractWallet.getAddress();
  const unsigned = await describeRoute(trace, walletAddress, "contract-wallet", { homes: [1, 6], epoch: 1 });
  const call = routes.interface.encodeFunctionData(
    "set", [unsigned.prekey, unsigned.packed, ethers.ZeroHash, ethers.ZeroHash]);
  const target = await routes.getAddress();
  await trace.step(
    "the contract wallet sets its route, unsigned", contractWallet, owner, "execute", [target, call]);
  await setSponsored(
    trace, routes, accounts.relayer, "the contract wallet is sponsored by ERC-1271", owner, walletAddress, {
    homes: [6],
    epoch: 2,
  });
  await clearSponsored(
    trace, routes, accounts.relayer, "the contract wallet clears by ERC-1271", owner, walletAddress);
  await setFor("wallet 1 is sponsored after its own changes", a, { homes: [6, 5, 4], epoch: 7, flags: 1 });
}

async function setOwn(trace, routes, what, wallet, request) {
  const route = await describeRoute(trace, wallet.address, wallet.label, request);
  const signed = await trace.sign(wallet, "Route", routeTypes, route.message);
  const { r, yParityAndS: vs } = ethers.Signature.from(signed.signature);
  await trace.step(what, routes, wallet, "set", [route.prekey, route.packed, r, vs], {}, [signed]);
}

/** `signer` authorizes for `address`: itself, or the contract wallet it owns, which then goes unsigned. */
async function setSponsored(trace, routes, relayer, what, signer, address, request) {
  const isContract = signer.address !== address;
  const label = isContract ? "contract-wallet" : signer.label;
  const route = await describeRoute(trace, address, label, request);
  const signatures = [];
  let [r, vs] = [ethers.ZeroHash, ethers.ZeroHash];
  if (!isContract) {
    const signed = await trace.sign(signer, "Route", routeTypes, route.message);
    ({ r, yParityAndS: vs } = ethers.Signature.from(signed.signature));
    signatures.push(signed);
  }
  const deadline = trace.time + 600;
  const nonce = (await routes.nonces(address)).toString();
  const message = { wallet: address, prekey: route.prekey, packed: route.packed, nonce, deadline };
  const authorization = await trace.sign(signer, "SetRoute", setTypes, message);
  signatures.push(authorization);
  const call = [address, route.prekey, route.packed, r, vs, deadline, authorization.signature];
  await trace.step(what, routes, relayer, "setFor", call, {}, signatures);
}

async function clearSponsored(trace, routes, relayer, what, signer, address) {
  const deadline = trace.time + 600;
  const nonce = (await routes.nonces(address)).toString();
  const authorization = await trace.sign(
    signer, "ClearRoute", clearTypes, { wallet: address, nonce, deadline });
  const call = [address, deadline, authorization.signature];
  await trace.step(what, routes, relayer, "clearFor", call, {}, [authorization]);
}

async function describeRoute(trace, wallet, label, { homes, epoch, flags = 0, life = 7 * day }) {
  const [home0, home1 = 0, home2 = 0] = homes;
  const expiry = trace.time + life;
  const prekey = x25519PublicKey(`prekey ${label} ${epoch}`);
  const message = { wallet, prekey, home0, home1, home2, suite: 1, epoch, expiry, flags };
  let packed = 0n;
  const fieldsFromTheTop =
    [[flags, 16], [expiry, 64], [epoch, 32], [1, 8], [home2, 32], [home1, 32], [home0, 32]];
  for (const [value, bits] of fieldsFromTheTop) {
    packed = (packed << BigInt(bits)) | BigInt(value);
  }
  return { message, packed: ethers.toBeHex(packed, 32), prekey };
}

/** The history so far: steps, and per registry the rolling hash computed here, from the receipts' logs. */
class Trace {
  steps = [];
  addresses = {};
  time = startTime + 100 * blockSeconds;

  constructor(provider, accounts, nodes, routes) {
    this.provider = provider;
    this.accounts = accounts;
    this.registries = [
      { label: "NodeRegistry", contract: nodes, count: 0, hash: ethers.ZeroHash },
      { label: "RouteRegistry", contract: routes, count: 0, hash: ethers.ZeroHash },
    ];
    for (const r of this.registries) this.addresses[r.label] = r.contract.target;
    for (const [label, { address }] of Object.entries(accounts)) this.addresses[label] = address;
    this.domain = { name: "Conet", version: "1", chainId, verifyingContract: routes.target };
  }

  async sign(signer, type, types, message) {
    const signature = await signer.wallet.signTypedData(this.domain, types, message);
    const structHash = ethers.TypedDataEncoder.hashStruct(type, types, message);
    const digest = ethers.TypedDataEncoder.hash(this.domain, types, message);
    return { digest, message, signature, signer: signer.address, structHash, type };
  }

  async step(what, contract, sender, method, call, overrides = {}, signatures = []) {
    await this.provider.send("evm_setNextBlockTimestamp", [this.time]);
    const options = { ...overrides, gasLimit: 2_000_000, maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 0 };
    const sent = await contract.connect(sender.wallet)[method](...call, options);
    const receipt = await waitReceipt(this.provider, sent.hash);
    if (receipt.status !== 1 || receipt.logs.length !== 1) throw new Error(`step failed: ${what}`);
    const event = this.fold(receipt.logs[0]);
    // No block hash: anvil draws the block's randomness anew in every run.
    const block = { number: receipt.blockNumber, timestamp: this.time };
    const step = { block, event, signatures, what };
    step.call =
      { data: sent.data, from: sender.label, to: this.labelOf(sent.to), value: sent.value.toString() };
    this.steps.push(step);
    this.time += blockSeconds;
  }

  fold(log) {
    const registry = this.registries.find((r) => r.contract.target === log.address);
    registry.count++;
    const packed = ["bytes32", "uint64", "bytes32", "bytes32"];
    const values = [registry.hash, registry.count, log.topics[1], ethers.keccak256(log.data)];
    registry.hash = ethers.solidityPackedKeccak256(packed, values);
    const { label, count: eventCount, hash: eventsHash } = registry;
    return { address: log.address, data: log.data, eventCount, eventsHash, label, topics: [...log.topics] };
  }

  labelOf(address) {
    return Object.entries(this.addresses).find(([, a]) => a === address)?.[0] ?? address;
  }

  async requireFinalHashes() {
    for (const { label, contract, count, hash } of this.registries) {
      const stored = [await contract.eventCount(), await contract.eventsHash()];
      if (stored[0] !== BigInt(count) || stored[1] !== hash)
        throw new Error(`${label}: the rolling hash differs`);
    }
  }

  toJson() {
    const secrets = Object.fromEntries(
      Object.values(this.accounts).map((a) => [a.label, a.wallet.privateKey]));
    return {
      about: "Scripted history of both registries. "
        + "Keys are keccak256 of 'conet/test-key/1 <label>': test keys only.",
      addresses: this.addresses,
      domain: this.domain,
      secrets,
      steps: this.steps,
    };
  }
}

function account(provider, label) {
  const wallet = new ethers.Wallet(testSecret(label), provider);
  return { address: wallet.address, label, wallet };
}

function testSecret(label) {
  return ethers.id(`conet/test-key/1 ${label}`);
}

/** X25519 public key of a labelled test secret, as hex. */
function x25519PublicKey(label) {
  const pkcs8Prefix = Buffer.from("302e020100300506032b656e04220420", "hex");
  const secret = Buffer.from(testSecret(label).slice(2), "hex");
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, secret]), format: "der", type: "pkcs8" });
  const { x } = createPublicKey(key).export({ format: "jwk" });
  return ethers.hexlify(Buffer.from(x, "base64url"));
}

function nodeInput(n) {
  return {
    signer: new ethers.Wallet(testSecret(`node ${n} signer`)).address,
    linkKey: x25519PublicKey(`node ${n} link`),
    sealKey: x25519PublicKey(`node ${n} seal`),
    ip: ethers.toBeHex(0xffffc6336400n + BigInt(n), 16),
    clientPort: 4000 + n,
    nodePort: 4500 + n,
    descriptorHash: ethers.id(`descriptor of node ${n}`),
    descriptorVersion: 1,
  };
}

function artifact(name) {
  return JSON.parse(readFileSync(join(packageRoot, "artifacts", `${name}.json`), "utf8"));
}

async function deploy(deployer, { abi, bytecode }, ...constructorArguments) {
  const factory = new ethers.ContractFactory(abi, bytecode, deployer.wallet);
  const options = { gasLimit: 5_000_000, maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 0 };
  const contract = await factory.deploy(...constructorArguments, options);
  await waitReceipt(deployer.wallet.provider, contract.deploymentTransaction().hash);
  return contract;
}

/** A receipt can be null for a moment after sending. */
async function waitReceipt(provider, hash) {
  for (let attempt = 0; attempt < 500; attempt++) {
    const receipt = await provider.getTransactionReceipt(hash);
    if (receipt !== null) return receipt;
    await sleep(10);
  }
  throw new Error(`no receipt for ${hash}`);
}

async function startAnvil() {
  const port = await freePort();
  const options = [
    "--port", port, "--chain-id", chainId, "--timestamp", startTime, "--hardfork", "prague", "--silent"];
  const child = spawn(foundryTool("anvil"), options.map(String), { stdio: "ignore" });
  const network = ethers.Network.from(chainId);
  const provider = new ethers.JsonRpcProvider(`http://127.0.0.1:${port}`, network, {
    staticNetwork: network,
    cacheTimeout: -1,
  });
  const stop = () => {
    provider.destroy();
    child.kill();
  };
  for (let attempt = 0; attempt < 500; attempt++) {
    try {
      await provider.send("eth_chainId", []);
      return { provider, stop };
    } catch {
      await sleep(20);
    }
  }
  stop();
  throw new Error("anvil did not start");
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function fields(list) {
  return list.split(",").map((field) => {
    const [type, name] = field.split(" ");
    return { type, name };
  });
}

process.exit(await main());
