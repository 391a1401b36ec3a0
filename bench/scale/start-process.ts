// Measures what a process of the gateway keeps: node --expose-gc bench/scale/start-process.ts inventory FILE, or
// … connections COUNT. Writes the figures as JSON to file descriptor 3.
import { readFileSync, writeSync } from 'node:fs';
import { startEksSimulator } from '#eks-simulator';
import { createEksFor } from '../../src/eks/eks-for.ts';
import { parseInventory } from '../../src/policy/inventory.ts';
import { region, teamsOf, worldOf } from './population.ts';
import { startSts } from './sts.ts';

const [mode = '', argument = ''] = process.argv.slice(2);

/** Megabytes of JavaScript and of the whole process, after a garbage collection. */
function memory() {
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  return { heapMb: heapUsed / 1e6, residentMb: rss / 1e6 };
}

function ofInventory() {
  const text = readFileSync(argument, 'utf8');
  const before = memory();
  const startedAt = performance.now();
  const inventory = parseInventory(text);
  const ms = performance.now() - startedAt;
  const after = memory();
  return {
    bytes: Buffer.byteLength(text),
    clusters: inventory.clusters.length,
    ms,
    heapMb: after.heapMb - before.heapMb,
  };
}

/** Opens a connection to each account by one list, and measures at powers of ten. */
async function ofConnections() {
  const size = { accounts: Number(argument), clusters: Number(argument) };
  const simulator = await startEksSimulator({ world: worldOf(size) });
  const sts = await startSts();
  const teams = teamsOf(size);
  const eksFor = createEksFor({
    accounts: teams.map(({ accountId }) => {
      return { accountId, regions: [region], roleArn: `arn:aws:iam::${accountId}:role/gateway`, readRoleArn: null };
    }),
    home: { accountId: teams[0]?.accountId ?? '', region },
    access: 'change',
    executorRoleArn: null,
    endpoint: simulator.url,
    credentials: { accessKeyId: 'home', secretAccessKey: 'bench' },
    clock: Date.now,
  });
  const figures: { connections: number; heapMb: number; residentMb: number }[] = [];
  for (const [index, { accountId, clusterNames, name }] of teams.entries()) {
    const target = { accountId, region, clusterName: clusterNames[0] ?? '', namespace: name, serviceAccount: 'app' };
    const { kind } = await eksFor(target).list(target, { deadline: Date.now() + 10_000 });
    if (kind !== 'listed') throw new Error(`EKS of account ${accountId} answers ${kind}.`);
    const connections = index + 1;
    if (Number.isInteger(Math.log10(connections))) figures.push({ connections, ...memory() });
  }
  await sts.stop();
  await simulator.close();
  return figures;
}

const figures = mode === 'inventory' ? ofInventory() : await ofConnections();
writeSync(3, JSON.stringify(figures));
process.exit(0);
