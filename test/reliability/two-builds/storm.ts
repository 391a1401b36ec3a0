import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadSigningKey } from '../../../packages/local-gateway/src/keys.ts';
import { mintToken, principals } from '../../../packages/local-gateway/src/principals.ts';
import { dynamoDbEndpoint, openTables } from '../../support/ledgers.ts';
import type { Version } from '../../upgrade/versions.ts';
import { accounts, administrator, approvers } from '../processes/accounts.ts';
import { runApprover } from '../processes/approver.ts';
import { checkFacts } from '../processes/check.ts';
import { startEks } from '../processes/eks.ts';
import { injectFaults } from '../processes/faults.ts';
import { observe, openRequestLog } from '../processes/observe.ts';
import { randomFrom } from '../processes/random.ts';
import { sendRequest } from '../processes/request.ts';
import { runWorker } from '../processes/worker.ts';
import { leftOver } from './left-over.ts';
import { openSlot, stormInDoubtMs } from './slot.ts';
import type { Slot } from './slot.ts';
import { readTables } from './tables.ts';

/** The versions at the two addresses, and after how many answers the next phase begins. */
export interface Phase {
  readonly versions: readonly [Version, Version];
  readonly answers: number;
}

/** What a storm did, and which guarantees it broke. */
export interface StormResult {
  readonly broken: readonly string[];
  /** What one version left that the other can't go on with. */
  readonly left: readonly string[];
  /** Changes that EKS applied. */
  readonly changes: number;
  readonly kills: number;
  /** Outcomes that set an ending. */
  readonly endings: number;
}

const patience = { least: 800, most: 4_000 };

/** How long the last version may take for what is left, once nothing is in doubt. Milliseconds. */
const settleMs = 90_000;

/**
 * Two gateways on one table in DynamoDB, of the versions of each phase, under load, with faults of EKS and kills; then the last version alone, until nothing
 * is left to do.
 */
export async function storm(phases: readonly Phase[], seed: number): Promise<StormResult> {
  const folder = mkdtempSync(join(tmpdir(), 'storm-'));
  const [eks, tables, key] = [await startEks(folder), await openTables(), await loadSigningKey(folder)];
  const ground = { dynamoDb: dynamoDbEndpoint ?? '', eks: eks.url, tables: tables.names, key };
  const slots = [await openSlot(ground), await openSlot(ground)] as const;
  try {
    const log = openRequestLog(eks.control);
    const files = { answersFile: join(folder, 'answers'), votesFile: join(folder, 'votes') };
    for (const file of Object.values(files)) writeFileSync(file, '');
    const over = new AbortController();
    const faults = injectFaults(eks, randomFrom(seed + 1_000), over.signal);
    let isOver = false;
    let answers = 0;
    // Before the load, whose first requests name endings that are soon over.
    const [first] = phases;
    if (first) for (const at of [0, 1] as const) await slots[at].start(first.versions[at]);
    const load = runLoad({
      urls: [slots[0].url, slots[1].url],
      key,
      seed,
      isOver: () => isOver,
      onAnswer: () => (answers += 1),
      ...files,
    });
    const kills = await runPhases(phases, slots, seed, () => answers);
    isOver = true;
    await load;
    over.abort();
    await faults;
    const last = phases.at(-1)?.versions[0];
    const endedAt = last ? await settle(slots, last, () => readTables(tables.client, tables.names)) : 0;
    const items = await readTables(tables.client, tables.names);
    const facts = { ...(await observe(eks.control, log, files, () => items.ledger)), endedAt };
    return {
      broken: checkFacts(facts),
      left: leftOver(items),
      changes: facts.changes.filter(({ effect }) => effect).length,
      kills,
      endings: facts.entries.filter(({ event, setsEnding }) => event === 'SUCCEEDED' && setsEnding).length,
    };
  } finally {
    await Promise.all([...slots.map(({ end }) => end()), eks.end()]);
    await tables.close();
    rmSync(folder, { recursive: true });
  }
}

/** Starts the versions of each phase, and kills one of the two after every few answers. Returns how often. */
async function runPhases(
  phases: readonly Phase[],
  slots: readonly [Slot, Slot],
  seed: number,
  answered: () => number,
): Promise<number> {
  const random = randomFrom(seed + 2_000);
  let kills = 0;
  for (const [phase, { versions, answers }] of phases.entries()) {
    if (phase > 0) for (const at of [0, 1] as const) await slots[at].start(versions[at]);
    for (const enough = answered() + answers; answered() < enough; kills += 1) {
      const next = Math.min(enough, answered() + random.between(3, 15));
      for (const end = Date.now() + patience.most; answered() < next && Date.now() < end;) await sleep(20);
      const at = random.oneOf([0, 1] as const);
      await slots[at].start(versions[at]);
    }
  }
  return kills;
}

interface Load {
  readonly urls: readonly [string, string];
  readonly key: Awaited<ReturnType<typeof loadSigningKey>>;
  readonly answersFile: string;
  readonly votesFile: string;
  readonly seed: number;
  readonly isOver: () => boolean;
  readonly onAnswer: () => void;
}

/** The load of the process test, in this process. */
async function runLoad({ urls, key, answersFile, votesFile, seed, isOver, onAnswer }: Load): Promise<void> {
  const names: readonly string[] = [...accounts.map(({ owner }) => owner), administrator];
  const people = [...principals.filter(({ name }) => names.includes(name)), ...approvers];
  const bearers = new Map(
    await Promise.all(
      people.map(async (one) => [one.name, await mintToken(key, one, { expiresInSeconds: 3_600 })] as const),
    ),
  );
  const random = randomFrom(seed);
  let tokens = 0;
  // Half of the workers begin with an association that ends.
  const workers = [...accounts, ...accounts].map((account, at) =>
    runWorker({
      ...{ account, isOver, name: `worker-${at}`, index: at % 2 === 0 ? 4 : at, random: randomFrom(seed + at + 1) },
      // A gateway may take seconds to start, and an ending must still be ahead then.
      lifetimeFactor: 5,
      newToken: () => `request-${(tokens += 1)}`,
      send: async (gateway, mutation) => {
        const bearer = bearers.get(mutation.principal) ?? '';
        const result = await sendRequest(
          urls[gateway],
          bearer,
          mutation,
          random.between(patience.least, patience.most),
        );
        if (result.answer.operationId !== null) onAnswer();
        appendFileSync(answersFile, `${JSON.stringify(result.answer)}\n`);
        return result;
      },
    }),
  );
  const votes = approvers.map(({ name }, index) =>
    runApprover({
      ...{ name, urls, isOver, bearer: bearers.get(name) ?? '', random: randomFrom(seed + 100 + index) },
      onAnswer: (answer) => appendFileSync(votesFile, `${JSON.stringify(answer)}\n`),
    }),
  );
  await Promise.all([...workers, ...votes]);
}

/** Runs the last version alone until nothing is open or due; what is left after a time shows in the checks. Returns when it began. */
async function settle(
  slots: readonly [Slot, Slot],
  version: Version,
  read: () => ReturnType<typeof readTables>,
): Promise<number> {
  await slots[1].end();
  await slots[0].start(version);
  const startedAt = Date.now();
  await sleep(stormInDoubtMs);
  const isLeft = ({ ledger, states }: Awaited<ReturnType<typeof readTables>>) =>
    ledger.records.some(({ state }) => state === 'IN_PROGRESS') ||
    states.some(
      ({ inProgress, openOperations, endsAt }) =>
        [inProgress, openOperations].some(({ length }) => length > 0) || (endsAt !== null && endsAt < startedAt),
    );
  for (const end = Date.now() + settleMs; isLeft(await read()) && Date.now() < end;) await sleep(500);
  await slots[0].end();
  return startedAt;
}
