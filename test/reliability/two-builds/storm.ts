import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSigningKey } from '../../../packages/local-gateway/src/keys.ts';
import { closeAtEnd } from '../../support/left-open.ts';
import { dynamoDbEndpoint, openTables } from '../../support/ledgers.ts';
import { earlierExpiries } from '../expiries.ts';
import type { TrailEntry } from '../facts.ts';
import { checkFacts } from '../processes/check.ts';
import { startEks } from '../processes/eks.ts';
import { injectFaults } from '../processes/faults.ts';
import { endLoad, failIfEnded, startLoad } from '../processes/load-process.ts';
import { observe, openRequestLog, readEvery } from '../processes/observe.ts';
import { randomFrom } from '../processes/random.ts';
import type { StoredLedger } from '../processes/stored-ledger.ts';
import { policiesOfBuilds } from './builds.ts';
import { makeJournal } from './journal.ts';
import { leftOver, unnamedRecords } from './left-over.ts';
import { killPlan, runPhase } from './phases.ts';
import type { Kill, Phase } from './phases.ts';
import { settle } from './settle.ts';
import { openSlot } from './slot.ts';
import type { Ground } from './slot.ts';
import { readTables } from './tables.ts';
import { slownessOf, stormStallAllowanceMs } from './times.ts';
import { Inconclusive, waitsUntil } from './waiting.ts';

/** A storm to run. */
export interface Storm {
  readonly phases: readonly Phase[];
  readonly killsPerPhase: number;
  readonly seed: number;
  /** How long its phases may take, in milliseconds. */
  readonly stormMs: number;
  /** Receives progress lines. */
  readonly onProgress: (line: string) => void;
}

/** What a storm did, and which guarantees it broke. */
export interface StormResult {
  readonly broken: readonly string[];
  /** What one build left that the other can't go on with. */
  readonly left: readonly string[];
  /** The kills of each phase. */
  readonly kills: readonly (readonly Kill[])[];
  /** Changes that EKS applied. */
  readonly changes: number;
  /** Operations that one build began, and the other closed. */
  readonly closedByOther: { readonly released: number; readonly present: number };
}

type Parts = Awaited<ReturnType<typeof openParts>>;

/**
 * Two gateways on one table in DynamoDB, of the builds of each phase, under load, with faults of EKS
 * and kills; then the last build alone, until nothing is left to do. Throws `Inconclusive` if the
 * machine is too slow for that.
 */
export async function runStorm(storm: Storm): Promise<StormResult> {
  const parts = await openParts();
  try {
    return await judge(parts, storm, await underLoad(parts, storm));
  } finally {
    await parts.close();
  }
}

/** Everything that a storm starts, but for the load. `close` ends it, at the latest at the end of the test file. */
async function openParts() {
  const folder = mkdtempSync(join(tmpdir(), 'storm-'));
  const eks = await startEks(folder);
  const tables = await openTables();
  await loadSigningKey(folder);
  const journal = makeJournal();
  const ground = {
    dynamoDb: dynamoDbEndpoint ?? '',
    eks: eks.url,
    tables: tables.names,
    policies: policiesOfBuilds(folder),
    keyFolder: folder,
    slowness: 1,
    journal,
  };
  const slowness = await measureSlowness(ground);
  const slots = [await openSlot({ ...ground, slowness }), await openSlot({ ...ground, slowness })] as const;
  const close = closeAtEnd(async () => {
    await Promise.all([...slots.map(({ end }) => end()), eks.end()]);
    await tables.close();
    rmSync(folder, { recursive: true, maxRetries: 3 });
  });
  const files = { answersFile: join(folder, 'answers'), votesFile: join(folder, 'votes') };
  for (const file of Object.values(files)) writeFileSync(file, '');
  const read = () => readTables(tables.client, tables.names);
  return { folder, slowness, eks, journal, slots, files, read, log: openRequestLog(eks.control), close };
}

/** Starts a gateway, which also fills the compile cache, and once more, to see how slow the machine is. */
async function measureSlowness(ground: Ground): Promise<number> {
  const slot = await openSlot(ground);
  await slot.start('present');
  const startedAt = performance.now();
  await slot.start('present');
  const startMs = performance.now() - startedAt;
  await slot.end();
  return slownessOf(startMs);
}

/** Runs the phases under load and faults, and ends both. */
async function underLoad(parts: Parts, storm: Storm): Promise<readonly (readonly Kill[])[]> {
  const { slots, eks, files, log, folder } = parts;
  const { seed } = storm;
  const answers: [number, number] = [0, 0];
  const settings = { urls: [slots[0].url, slots[1].url] as const, keyFolder: folder, ...files, seed };
  const load = await startLoad(
    { ...settings, lifetimeFactor: 3 * parts.slowness },
    (at) => (answers[at === 0 ? 0 : 1] += 1),
  );
  const over = new AbortController();
  const background = Promise.all([
    injectFaults(eks, randomFrom(seed + 1_000), over.signal),
    readEvery(5_000, log, over.signal),
    failIfEnded(load, over.signal),
  ]);
  const phases = runPhases(parts, storm, () => [...answers], over.signal);
  try {
    await Promise.race([phases, background]);
    over.abort();
    await background;
    await endLoad(load);
    return await phases;
  } finally {
    over.abort();
    load.signal('SIGKILL');
    await Promise.allSettled([phases, background, load.ended]);
  }
}

/** Runs the phases, and waits until the load has met what guarantees are about. */
async function runPhases(
  { slots, journal, read }: Parts,
  { phases, killsPerPhase, seed, stormMs, onProgress }: Storm,
  answers: () => [number, number],
  signal: AbortSignal,
): Promise<readonly (readonly Kill[])[]> {
  const waitFor = waitsUntil(stormMs, signal);
  const onKill = async ({ build, point }: Kill) => {
    onProgress(`the ${build} build was killed ${point}`);
    const unnamed = unnamedRecords(await read(), await read(), await read());
    // At once: what a storm does not reach after that must not hide it.
    if (unnamed.length > 0) throw new Error(unnamed.join('\n'));
  };
  const run = { slots, journal, random: randomFrom(seed + 2_000), answers, waitFor, onKill };
  const kills: (readonly Kill[])[] = [];
  for (const [index, phase] of phases.entries()) {
    onProgress(`a phase of the builds ${phase.join(' and ')}`);
    kills.push(await runPhase(run, phase, killPlan(killsPerPhase, seed + index * killsPerPhase)));
  }
  for (const [what, isMet] of encounters) await waitFor(what, async () => isMet((await read()).ledger));
  return kills;
}

/** What a load must have met, since guarantees are about it. */
const encounters: readonly (readonly [what: string, isMet: (ledger: StoredLedger) => boolean])[] = [
  ['an approval was used', ({ approvals }) => approvals.entries.some(({ usedBy }) => usedBy !== null)],
  ['an association got an expiry', ({ entries }) => entries.some((one) => isSuccess(one) && one.setsExpiry)],
  ['an association expired', ({ entries }) => entries.some((one) => isSuccess(one) && one.expiry)],
  ['an expiry was brought forward where a delete needs approval', ({ entries }) => earlierExpiries(entries).length > 0],
];

function isSuccess({ event }: TrailEntry): boolean {
  return event === 'SUCCEEDED';
}

/** Lets the last build go on with what is left, and judges what all have done. */
async function judge(
  parts: Parts,
  { phases, onProgress }: Storm,
  kills: readonly (readonly Kill[])[],
): Promise<StormResult> {
  const { slots, eks, log, files, journal, read } = parts;
  const last = phases.at(-1)?.[0] ?? 'present';
  onProgress(`the ${last} build goes on alone`);
  const endedAt = await settle(slots, last, read);
  const items = await read();
  const facts = { ...(await observe(eks.control, log, files, () => items.ledger)), endedAt };
  const [broken, left] = [checkFacts(facts), leftOver(items)];
  const stalledMs = eks.longestStallMs();
  if (broken.length + left.length > 0 && stalledMs > stormStallAllowanceMs)
    throw new Inconclusive(`EKS stood still for ${stalledMs} ms, so a guarantee may be broken.`);
  const closedByOther = {
    released: journal.closedBy('released', 'present').length,
    present: journal.closedBy('present', 'released').length,
  };
  return { broken, left, kills, changes: facts.changes.filter(({ effect }) => effect).length, closedByOther };
}
