// Cold starts with a live version of policies beside those with the packaged policies: npm run bench -- policy-versions. Starts in turns, so
// that the load of the machine meets all; medians of processor time and of the ratios of the rounds.
import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { environmentFor } from '../deploy/snapshot/invocation.ts';
import { versionItem, policiesItem } from '../src/policy-versions/item.ts';
import type { Item } from '../src/policy-versions/item.ts';
import { packPolicies } from '../src/policy-versions/packed-policies.ts';
import type { PolicyFiles } from '../src/policy-versions/packed-policies.ts';
import { versionOf, shippedVersion } from '../test/support/policy-versions.ts';
import { median } from './statistics.ts';

const rounds = Number(process.argv[2] ?? 15);
const run = promisify(execFile);
const dist = mkdtempSync(join(tmpdir(), 'bench-policy-versions-'));

/** Prints the processor time of a start, in milliseconds, which depends less on what else the machine does. */
const program = `
  await import(process.argv[1]);
  const { user, system } = process.cpuUsage();
  process.stderr.write(String((user + system) / 1_000));
  process.exit(0);
`;

const { inventory, ...shipped } = shippedVersion();
const versions: Readonly<Record<string, PolicyFiles | null>> = {
  'policies of the package': null,
  'a version of the same policies': { ...shipped, inventory },
  'a version with another inventory': { ...shipped, inventory: `${inventory}\n` },
  'a version of other policies': {
    ...shipped,
    inventory,
    policies: { ...shipped.policies, 'other.cedar': '// other' },
  },
};

let live: PolicyFiles | null = null;

/** What a start reads: the list of versions, a version, a record that does not exist, and an empty list of EKS. */
function answerTo(target: string, body: string): object {
  if (live === null || target === '') return { associations: [] };
  if (target.endsWith('.Query')) return { Items: [json(versionItem(versionOf(1, live)))], Count: 1 };
  return body.includes('version/') ? { Item: json(policiesItem(packPolicies(live))) } : {};
}

/** As DynamoDB's JSON has binary values. */
function json(item: Item): object {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => [
      name,
      value.B === undefined ? value : { B: Buffer.from(value.B).toString('base64') },
    ]),
  );
}

const server = createServer((request, response) => {
  void text(request).then((body) => {
    const answer = answerTo(String(request.headers['x-amz-target'] ?? ''), body);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

/** Processor time of a start, in milliseconds. */
async function start(version: PolicyFiles | null, attempts = 10): Promise<number> {
  live = version;
  const source = version === null ? 'packaged' : 'table';
  const environment = environmentFor(join(dist, 'policies'), `http://127.0.0.1:${port}`);
  const env = { ...environment, POLICY_SOURCE: source, POLICY_TABLE: 'policies' };
  const args = ['--input-type=module', '--eval', program, join(dist, 'graphql.mjs')];
  const { stderr, stdout } = await run(process.execPath, args, { env });
  if (version === null || stdout.includes('"policyVersion":1')) return Number(stderr);
  // Otherwise the start would be measured without what it is about. On a busy machine, the time that a start waits can be too short.
  if (attempts === 1) throw new Error(`The version was not loaded: ${stdout}`);
  return await start(version, attempts - 1);
}

try {
  execFileSync(process.execPath, ['deploy/build.ts', '--outdir', dist], { cwd: join(import.meta.dirname, '..') });
  const times = Object.keys(versions).map((): number[] => []);
  // The first round fills the caches of the file system.
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, version] of Object.values(versions).entries()) {
      const ms = await start(version);
      if (round > 0) times[index]?.push(ms);
    }
  }
  console.log(`${rounds} rounds, Node.js ${process.versions.node}, medians of processor time`);
  for (const [index, name] of Object.keys(versions).entries()) {
    const ratio = median((times[index] ?? []).map((ms, round) => ms / (times[0]?.[round] ?? NaN)));
    console.log(
      `${name.padEnd(32)} ${median(times[index] ?? [])
        .toFixed(0)
        .padStart(6)} ms ${ratio.toFixed(2).padStart(6)}`,
    );
  }
} finally {
  server.close();
  rmSync(dist, { recursive: true });
}
