import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withApprovals } from '../../support/held-requests.ts';
import { killGateways } from './kills.ts';
import type { KillKind } from './kills.ts';
import { startEks } from './eks.ts';
import type { EksProcess } from './eks.ts';
import { injectFaults } from './faults.ts';
import { startGateway } from './gateway.ts';
import type { Gateway, RunPaths } from './gateway.ts';
import { checkFacts } from './check.ts';
import { endLoad, failIfEnded, startLoad } from './load-process.ts';
import { observe, openRequestLog, readEvery } from './observe.ts';
import type { Observed, RequestLog } from './observe.ts';
import { randomFrom } from './random.ts';
import { countDueExpiries, countOpen, readLedger } from './stored-ledger.ts';
import { inDoubtMs, stallAllowanceMs } from './times.ts';

/** The result of a run. */
export interface Result {
  readonly observed: Observed;
  readonly broken: readonly string[];
  readonly killCounts: ReadonlyMap<KillKind, number>;
  /** Whether EKS stood still for so long that the violations may be those of the machine. */
  readonly isInconclusive: boolean;
  /** Folder of ledger, answers and logs; removed if no guarantee is violated. */
  readonly folder: string;
}

/** Performs one run; this process must exit after it. `onProgress` receives progress lines. */
export async function run(kills: number, seed: number, onProgress: (line: string) => void): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-processes-'));
  // Removed at exit, when no child process writes to it, also after an interruption.
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  process.once('exit', remove);
  try {
    const answersFile = join(folder, 'answers.jsonl');
    const eks = await startEks(folder);
    const policies = join(folder, 'policies');
    renameSync(withApprovals(), policies);
    const paths = { folder, ledgerFile: join(folder, 'ledger.sqlite'), eksUrl: eks.url, policies };
    const log = openRequestLog(eks.control);
    const files = { answersFile, votesFile: join(folder, 'votes.jsonl') };
    const { killCounts, endedAt } = await killUnderLoad({ eks, paths, log, ...files, kills, seed, onProgress });
    const seen = await observe(eks.control, log, files, () => readLedger(paths.ledgerFile));
    const observed = { ...seen, endedAt };
    await eks.end();
    const broken = checkFacts(observed);
    if (broken.length > 0) process.off('exit', remove);
    const isInconclusive = broken.length > 0 && eks.longestStallMs() > stallAllowanceMs;
    return { observed, broken, isInconclusive, killCounts, folder };
  } catch (error) {
    process.off('exit', remove);
    throw new Error(`The run with seed ${seed} failed; its files are in ${folder}.`, { cause: error });
  }
}

/** The parts of a run. */
interface Run {
  readonly eks: EksProcess;
  readonly paths: RunPaths;
  readonly log: RequestLog;
  readonly answersFile: string;
  readonly votesFile: string;
  readonly kills: number;
  readonly seed: number;
  readonly onProgress: (line: string) => void;
}

/**
 * Runs load, faults and kills, and then waits for the reconciler and for expiries. Returns the number of kills by kind, and the time of the last expiry
 * that had to be carried out.
 */
async function killUnderLoad({
  eks,
  paths,
  log,
  answersFile,
  votesFile,
  kills,
  seed,
  onProgress,
}: Run): Promise<{ readonly killCounts: Map<KillKind, number>; readonly endedAt: number }> {
  const random = randomFrom(seed);
  // The first start creates the key, the tables and the compile cache.
  await (await startGateway(paths, 'first', random)).end();
  const [one, other] = await Promise.all([startGateway(paths, 'one', random), startGateway(paths, 'other', random)]);
  const urls = [one.url, other.url] as const;
  const answers = [0, 0];
  const countAnswer = (gateway: number) => (answers[gateway] = (answers[gateway] ?? 0) + 1);
  const settings = { urls, keyFolder: paths.folder, answersFile, votesFile, seed, lifetimeFactor: 2 };
  const load = await startLoad(settings, countAnswer);

  const killCounts = new Map<KillKind, number>();
  const onKill = (kind: KillKind, { name }: Gateway) => {
    killCounts.set(kind, (killCounts.get(kind) ?? 0) + 1);
    const sum = [...killCounts.values()].reduce((total, count) => total + count, 0);
    onProgress(`${sum} of ${kills}: gateway ${name} was ${kind}`);
  };
  const over = new AbortController();
  const background = Promise.all([
    injectFaults(eks, randomFrom(seed + 1_000), over.signal),
    readEvery(10_000, log, over.signal),
    failIfEnded(load, over.signal),
  ]);
  const { ledgerFile } = paths;
  const targets = [one, other].map((gateway, index) => ({ gateway, answers: () => answers[index] ?? 0 }));
  try {
    await Promise.race([killGateways({ targets, kills, random, ledgerFile, onKill }), background]);
  } finally {
    over.abort();
  }
  await background;
  await endLoad(load);
  return { killCounts, endedAt: await reconcile(one, other, ledgerFile, onProgress) };
}

/** Time limit of the reconciler and of expiries, in milliseconds, once no operation is in doubt. */
const reconcileMs = 90_000;

/**
 * Stops both gateways, which answer pending requests first. Then one of them, without load, reconciles the open
 * operations, and ends the associations that were due when it began. What stays open appears as violations. Returns when it began.
 */
async function reconcile(
  one: Gateway,
  other: Gateway,
  ledgerFile: string,
  onProgress: (line: string) => void,
): Promise<number> {
  await Promise.all([one.end(), other.end()]);
  onProgress(`the load has ended; ${countOpen(ledgerFile)} operations are open`);
  await one.restart();
  const startedAt = Date.now();
  await sleep(inDoubtMs);
  const left = () => countOpen(ledgerFile) + countDueExpiries(ledgerFile, startedAt);
  for (const end = Date.now() + reconcileMs; left() > 0 && Date.now() < end;) await sleep(100);
  await one.end();
  return startedAt;
}
