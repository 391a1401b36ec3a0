import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { strike } from './blows.ts';
import type { Blow } from './blows.ts';
import { startEks } from './eks.ts';
import type { EksProcess } from './eks.ts';
import { makeTrouble } from './faults.ts';
import { startGateway } from './gateway.ts';
import type { Gateway, Place } from './gateway.ts';
import { judge } from './judge.ts';
import { answeredPrefix } from './load.ts';
import type { LoadSettings } from './load.ts';
import { startProcess } from './node-process.ts';
import type { NodeProcess } from './node-process.ts';
import { countOpen, observe, openRequestLog } from './observe.ts';
import type { Observed, RequestLog } from './observe.ts';
import { randomFrom } from './random.ts';
import { quietMs } from './times.ts';

/** What a run came to. */
export interface Result {
  readonly observed: Observed;
  readonly broken: readonly string[];
  readonly blows: ReadonlyMap<Blow, number>;
  /** Ledger, answers and logs; kept only where something is broken. */
  readonly folder: string;
}

/** One run; this process must end after it. `tell` gets a line for each thing worth telling while it goes on. */
export async function run(kills: number, seed: number, tell: (line: string) => void): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-processes-'));
  // Not sooner, so that it goes with everything that writes there, and when the run is interrupted as well.
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  process.once('exit', remove);
  try {
    const answersFile = join(folder, 'answers.jsonl');
    const eks = await startEks(folder);
    const place = { folder, ledgerFile: join(folder, 'ledger.sqlite'), eksUrl: eks.url };
    const log = openRequestLog(eks.steer);
    const blows = await killUnderLoad({ eks, place, log, answersFile, kills, seed, tell });
    const observed = await observe(eks.steer, log, { ledgerFile: place.ledgerFile, answersFile });
    await eks.end();
    const broken = judge(observed);
    if (broken.length > 0) process.off('exit', remove);
    return { observed, broken, blows, folder };
  } catch (error) {
    process.off('exit', remove);
    throw new Error(`The run with seed ${seed} broke off; what it left is in ${folder}.`, { cause: error });
  }
}

/** What a run is made of. */
interface Run {
  readonly eks: EksProcess;
  readonly place: Place;
  readonly log: RequestLog;
  readonly answersFile: string;
  readonly kills: number;
  readonly seed: number;
  readonly tell: (line: string) => void;
}

/** Load, faults and blows, and then the time that the reconciler needs. Counts the blows. */
async function killUnderLoad({ eks, place, log, answersFile, kills, seed, tell }: Run): Promise<Map<Blow, number>> {
  const random = randomFrom(seed);
  // The first makes the key, the tables, and what Node.js keeps compiled; the second finds them.
  await (await startGateway(place, 'first', random)).end();
  const [one, other] = await Promise.all([startGateway(place, 'one', random), startGateway(place, 'other', random)]);
  const urls = [one.url, other.url] as const;
  const answers = [0, 0];
  const answered = (gateway: number) => (answers[gateway] = (answers[gateway] ?? 0) + 1);
  const load = await startLoad({ urls, keyFolder: place.folder, answersFile, seed }, answered);

  const blows = new Map<Blow, number>();
  const dealt = (blow: Blow, { name }: Gateway) => {
    blows.set(blow, (blows.get(blow) ?? 0) + 1);
    const sum = [...blows.values()].reduce((total, count) => total + count, 0);
    tell(`${sum} of ${kills}: gateway ${name} was ${blow}`);
  };
  const over = new AbortController();
  const besides = Promise.all([
    makeTrouble(eks, randomFrom(seed + 1_000), over.signal),
    readEvery(10_000, log, over.signal),
    failIfEnded(load, over.signal),
  ]);
  const { ledgerFile } = place;
  const victims = [one, other].map((gateway, index) => ({ gateway, answers: () => answers[index] ?? 0 }));
  try {
    await Promise.race([strike({ victims, kills, random, ledgerFile, dealt }), besides]);
  } finally {
    over.abort();
  }
  await besides;
  await endLoad(load);
  await reconcile(one, other, ledgerFile, tell);
  return blows;
}

function startLoad(settings: LoadSettings, answered: (gateway: number) => void): Promise<NodeProcess> {
  const script = join(import.meta.dirname, 'load.ts');
  const [args, logFile] = [[JSON.stringify(settings)], join(settings.keyFolder, 'load.log')];
  const onLine = (line: string) => {
    if (line.startsWith(answeredPrefix)) answered(Number(line.slice(answeredPrefix.length)));
  };
  return startProcess({ script, args, env: {}, readyPrefix: 'The load runs', onLine, logFile });
}

async function endLoad(load: NodeProcess): Promise<void> {
  load.signal('SIGTERM');
  const how = await load.ended;
  if (how !== 'code 0') throw new Error(`The load ended with ${how}.`);
}

async function failIfEnded(load: NodeProcess, signal: AbortSignal): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<null>();
  signal.addEventListener('abort', () => resolve(null));
  const how = await Promise.race([load.ended, over]);
  if (how !== null) throw new Error(`The load ended with ${how} before its time.`);
}

async function readEvery(ms: number, log: RequestLog, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await log.read();
    await sleep(ms, undefined, { signal }).catch(() => undefined);
  }
}

/** How long the reconciler may take, in milliseconds, once nothing can happen any more. */
const settleMs = 20_000;

/**
 * Lets both gateways answer what is under way, and then one of them, whom nobody asks any more, close what is open. What is
 * still open then, the trail will show.
 */
async function reconcile(
  one: Gateway,
  other: Gateway,
  ledgerFile: string,
  tell: (line: string) => void,
): Promise<void> {
  await Promise.all([one.end(), other.end()]);
  tell(`the load is over, and ${countOpen(ledgerFile)} operations are open`);
  await one.restart();
  await sleep(quietMs);
  for (const end = Date.now() + settleMs; countOpen(ledgerFile) > 0 && Date.now() < end;) await sleep(100);
  await one.end();
}
