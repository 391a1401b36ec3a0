import { appendFileSync, writeFileSync } from 'node:fs';
import { loadSigningKey } from '../../../packages/local-gateway/src/keys.ts';
import { mintToken, principals } from '../../../packages/local-gateway/src/principals.ts';
import { accounts, administrator, approvers } from './accounts.ts';
import { runApprover } from './approver.ts';
import { sendRequest } from './request.ts';
import type { RequestResult, LoadMutation } from './request.ts';
import { runWorker } from './worker.ts';
import { randomFrom } from './random.ts';

/** Settings of the load, passed as one JSON argument. */
export interface LoadSettings {
  /** URLs of the two gateways. */
  readonly urls: readonly [string, string];
  /** Folder of the key that signs the callers' JWTs. */
  readonly keyFolder: string;
  /** File that gets one JSON line, a `CallerAnswer`, per request. */
  readonly answersFile: string;
  /** File that gets one JSON line, a `VoteAnswer`, per vote. */
  readonly votesFile: string;
  readonly seed: number;
}

/** Prefix of the output line per answer; the index of the gateway in `urls` follows. */
export const answeredPrefix = 'answered by ';

const workersPerAccount = 3;

/** Range of client timeouts, in milliseconds. */
const patience = { least: 800, maxTries: 4_000 };

/** Runs until SIGTERM, and ends when no request is pending. */
async function main({ urls, keyFolder, answersFile, votesFile, seed }: LoadSettings): Promise<void> {
  const bearers = await mintAll(keyFolder);
  const random = randomFrom(seed);
  const send = async (gateway: 0 | 1, mutation: LoadMutation): Promise<RequestResult> => {
    const bearer = bearers.get(mutation.principal) ?? '';
    const result = await sendRequest(
      urls[gateway],
      bearer,
      mutation,
      random.between(patience.least, patience.maxTries),
    );
    if (result.answer.status !== 'NONE') process.stdout.write(`${answeredPrefix}${gateway}\n`);
    appendFileSync(answersFile, `${JSON.stringify(result.answer)}\n`);
    return result;
  };
  const counts = new Map<string, number>();
  const newToken = (principal: string) => {
    counts.set(principal, (counts.get(principal) ?? 0) + 1);
    return `request-${counts.get(principal)}`;
  };
  let isOver = false;
  process.once('SIGTERM', () => (isOver = true));
  const workers = accounts.flatMap((account) =>
    Array.from({ length: workersPerAccount }, (_, index) => ({ account, name: `worker-${index + 1}` })),
  );
  process.stdout.write('The load runs.\n');
  const seedOf = (index: number) => randomFrom(seed + index + 1);
  writeFileSync(votesFile, '');
  await Promise.all([
    ...workers.map((worker, index) =>
      runWorker({ ...worker, index, random: seedOf(index), newToken, send, isOver: () => isOver }),
    ),
    ...approvers.map(({ name }, index) =>
      runApprover({
        ...{ name, urls, bearer: bearers.get(name) ?? '', random: seedOf(workers.length + index) },
        onAnswer: (answer) => appendFileSync(votesFile, `${JSON.stringify(answer)}\n`),
        isOver: () => isOver,
      }),
    ),
  ]);
}

async function mintAll(keyFolder: string): Promise<Map<string, string>> {
  const key = await loadSigningKey(keyFolder);
  const names: readonly string[] = [...accounts.map(({ owner }) => owner), administrator];
  const selected = [...principals.filter(({ name }) => names.includes(name)), ...approvers];
  return new Map(
    await Promise.all(
      selected.map(async (one) => [one.name, await mintToken(key, one, { expiresInSeconds: 7_200 })] as const),
    ),
  );
}

if (import.meta.main) await main(JSON.parse(process.argv[2] ?? '') as LoadSettings);
