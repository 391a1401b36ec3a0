import { appendFileSync, writeFileSync } from 'node:fs';
import { loadSigningKey } from '../../../packages/local-gateway/src/keys.ts';
import { mintToken, principals } from '../../../packages/local-gateway/src/principals.ts';
import { accounts, administrator, approvers } from './accounts.ts';
import { runApprover } from './approver.ts';
import { answeredPrefix } from './load-process.ts';
import type { LoadSettings } from './load-process.ts';
import { sendRequest } from './request.ts';
import type { RequestResult, LoadMutation } from './request.ts';
import { runWorker } from './worker.ts';
import { randomFrom } from './random.ts';

const workersPerAccount = 3;

/**
 * Range of client timeouts, in milliseconds. They grow with every request that gets no answer, until
 * one does, so that a load makes progress on any machine.
 */
const patience = { least: 800, most: 4_000, mostGrowth: 5 };

/** Runs until SIGTERM, and ends when no request is pending. */
async function main(settings: LoadSettings): Promise<void> {
  const { urls, keyFolder, answersFile, votesFile, seed, lifetimeFactor } = settings;
  const bearers = await mintAll(keyFolder);
  const random = randomFrom(seed);
  const workers = accounts.flatMap((account) =>
    Array.from({ length: workersPerAccount }, (_, index) => ({ account, name: `worker-${index + 1}` })),
  );
  let unanswered = 0;
  const send = async (gateway: 0 | 1, mutation: LoadMutation): Promise<RequestResult> => {
    const bearer = bearers.get(mutation.principal) ?? '';
    const growth = Math.min(1 + unanswered / workers.length, patience.mostGrowth);
    const result = await sendRequest(
      urls[gateway],
      bearer,
      mutation,
      Math.round(growth * random.between(patience.least, patience.most)),
    );
    const isAnswered = result.answer.status !== 'NONE';
    unanswered = isAnswered ? 0 : unanswered + 1;
    if (isAnswered) process.stdout.write(`${answeredPrefix}${gateway}\n`);
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
  process.stdout.write('The load runs.\n');
  const seedOf = (index: number) => randomFrom(seed + index + 1);
  writeFileSync(votesFile, '');
  await Promise.all([
    ...workers.map((worker, index) =>
      runWorker({ ...worker, index, random: seedOf(index), newToken, send, isOver: () => isOver, lifetimeFactor }),
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
