import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand, UsageError } from '../tools/command.ts';
import { loadSigningKey } from '../packages/local-gateway/src/keys.ts';
import { mintToken } from '../packages/local-gateway/src/principals.ts';
import { greedyCaller, politeCaller } from './fairness-callers.ts';
import { median } from './statistics.ts';

const help = `Measures how long nine polite callers wait for their answers, alone and beside one greedy caller that sends
denied creates as fast as it gets answers. Starts a local gateway with an embedded ledger and a simulated EKS. Prints a Markdown table.

Usage: npm run bench -- fairness [--seconds SECONDS] [--rounds ROUNDS] [--connections COUNT]

  --seconds SECONDS    length of each half of a round, 1 to 60 (default: 5)
  --rounds ROUNDS      how often both are measured, one after the other, 1 to 20 (default: 4)
  --connections COUNT  requests that the greedy caller has in progress, 1 to 50 (default: 1)
  -h, --help           print this text

Exits with 1 if the median wait beside the greedy caller is more than 1.2 times the one alone.
`;

const politeCount = 9;
const mostTimes = 1.2;

/** A running gateway. */
interface Gateway {
  readonly url: string;
  readonly tokenOf: (name: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

async function startGateway(): Promise<Gateway> {
  const folder = mkdtempSync(join(tmpdir(), 'fairness-'));
  const key = await loadSigningKey(folder);
  const env = { ...process.env, PORT: '0', EKS_SIMULATOR_PORT: '0', LEDGER_FILE: ':memory:', LOCAL_FOLDER: folder };
  const child = spawn(process.execPath, [join(import.meta.dirname, '../packages/local-gateway/src/start.ts')], { env });
  let printed = '';
  child.stderr.resume();
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    printed += chunk.toString();
    if (printed.includes('A request:')) break;
  }
  const url = /GraphQL +(\S+)/.exec(printed)?.[1];
  if (url === undefined) throw new Error(`The gateway did not start: ${printed}`);
  const tokenOf = (name: string) => {
    const claims = { sub: name, groups: name.startsWith('polite') ? ['payments-team'] : [] };
    return mintToken(key, { claims }, { expiresInSeconds: 3_600 });
  };
  const stop = async () => {
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
    rmSync(folder, { recursive: true });
  };
  return { url, tokenOf, stop };
}

/**
 * The waits of the polite callers for some seconds, in milliseconds, and how many answers the
 * greedy one got.
 */
async function measure({ url, tokenOf }: Gateway, seconds: number, connections: number) {
  const until = Date.now() + seconds * 1_000;
  const greedyToken = await tokenOf('greedy');
  const greedy = Promise.all(Array.from({ length: connections }, () => greedyCaller(url, greedyToken, until)));
  const polite = Array.from({ length: politeCount }, async (_, index) => {
    const token = await tokenOf(`polite-${index}`);
    await sleep(index * 20);
    return politeCaller(url, token, until);
  });
  const waits = (await Promise.all(polite)).flat();
  return { waits, counts: await greedy };
}

function readCount(option: string, text: string, most: number): number {
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > most)
    throw new UsageError(`--${option} is ${JSON.stringify(text)}: give a number from 1 to ${most}.`);
  return count;
}

process.exitCode = await runCommand({
  help,
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '1' },
  },
  run: async (values) => {
    const seconds = readCount('seconds', values.seconds, 60);
    const rounds = readCount('rounds', values.rounds, 20);
    const connections = readCount('connections', values.connections, 50);
    const gateway = await startGateway();
    const alone: number[] = [];
    const beside: number[] = [];
    let [answered, refused] = [0, 0];
    try {
      await measure(gateway, 1, 0); // Compiles the code and opens the connections.
      for (let round = 0; round < rounds; round += 1) {
        alone.push(...(await measure(gateway, seconds, 0)).waits);
        const { waits, counts } = await measure(gateway, seconds, connections);
        beside.push(...waits);
        answered += counts.reduce((sum, one) => sum + one.answered, 0);
        refused += counts.reduce((sum, one) => sum + one.refused, 0);
      }
    } finally {
      await gateway.stop();
    }
    const ratio = median(beside) / median(alone);
    const row = (name: string, waits: readonly number[]) =>
      `| ${name} | ${waits.length} | ${median(waits).toFixed(1)} |`;
    const lines = [
      '| polite callers | answers | median wait in ms |',
      '| --- | ---: | ---: |',
      row('alone', alone),
      row('beside a greedy one', beside),
      '',
      `Ratio of the medians: ${ratio.toFixed(2)}. The greedy caller got ${answered} answers and ${refused} refusals (RATE_LIMITED).`,
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    return ratio <= mostTimes ? 0 : 1;
  },
});
