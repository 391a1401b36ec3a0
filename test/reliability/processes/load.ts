import { appendFileSync } from 'node:fs';
import { loadSigningKey } from '../../../src/local/keys.ts';
import { mintToken, principals } from '../../../src/local/principals.ts';
import { accounts, administrator } from './accounts.ts';
import { ask } from './ask.ts';
import type { Told, Wish } from './ask.ts';
import { live } from './lane.ts';
import { randomFrom } from './random.ts';

/** What the load is told as its one argument, in JSON. */
export interface LoadSettings {
  /** Of the two gateways. */
  readonly urls: readonly [string, string];
  /** Of the key by which the gateways know their callers. */
  readonly keyFolder: string;
  /** Gets a line of JSON, a `CallerAnswer`, for each request. */
  readonly answersFile: string;
  readonly seed: number;
}

/** What a line begins with that the load writes for each answer; the gateway's place in `urls` follows. */
export const answeredPrefix = 'answered by ';

const lanesPerAccount = 3;

/** How long a request waits for its answer before its connection is cut, in milliseconds: at least, and at most. */
const patience = { least: 800, most: 4_000 };

/** The load: runs until SIGTERM, and ends when no request is under way any more. */
async function main({ urls, keyFolder, answersFile, seed }: LoadSettings): Promise<void> {
  const bearers = await mintAll(keyFolder);
  const random = randomFrom(seed);
  const send = async (gateway: 0 | 1, wish: Wish): Promise<Told> => {
    const bearer = bearers.get(wish.asker) ?? '';
    const told = await ask(urls[gateway], bearer, wish, random.between(patience.least, patience.most));
    if (told.answer.status !== 'NONE') process.stdout.write(`${answeredPrefix}${gateway}\n`);
    appendFileSync(answersFile, `${JSON.stringify(told.answer)}\n`);
    return told;
  };
  const counts = new Map<string, number>();
  const newToken = (asker: string) => {
    counts.set(asker, (counts.get(asker) ?? 0) + 1);
    return `request-${counts.get(asker)}`;
  };
  let isOver = false;
  process.once('SIGTERM', () => (isOver = true));
  const lanes = accounts.flatMap((account) =>
    Array.from({ length: lanesPerAccount }, (_, index) => ({ account, name: `lane-${index + 1}` })),
  );
  process.stdout.write('The load runs.\n');
  await Promise.all(
    lanes.map((lane, index) =>
      live({ ...lane, random: randomFrom(seed + index + 1), newToken, send, isOver: () => isOver }),
    ),
  );
}

async function mintAll(keyFolder: string): Promise<Map<string, string>> {
  const key = await loadSigningKey(keyFolder);
  const names: readonly string[] = [...accounts.map(({ owner }) => owner), administrator];
  const asked = principals.filter(({ name }) => names.includes(name));
  return new Map(
    await Promise.all(
      asked.map(async (one) => [one.name, await mintToken(key, one, { expiresInSeconds: 7_200 })] as const),
    ),
  );
}

if (import.meta.main) await main(JSON.parse(process.argv[2] ?? '') as LoadSettings);
