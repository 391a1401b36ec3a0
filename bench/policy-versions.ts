import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { environmentFor } from '../deploy/snapshot/invocation.ts';
import { compileVersion } from '../src/policy-versions/compile-version.ts';
import { makeDynamoDbCompiledStore } from '../src/policy-versions/compiled-store.ts';
import { compiledKey, readCompilerHash } from '../src/policy-versions/compiled-version.ts';
import { versionItem, policiesItem } from '../src/policy-versions/item.ts';
import type { Item } from '../src/policy-versions/item.ts';
import { packPolicies } from '../src/policy-versions/packed-policies.ts';
import type { PolicyFiles } from '../src/policy-versions/packed-policies.ts';
import { versionOf, shippedVersion } from '../test/support/policy-versions.ts';
import { buildGateway } from './bundles.ts';
import { table } from './report.ts';
import type { Section } from './report.ts';
import { median, ratiosOf } from './statistics.ts';

const run = promisify(execFile);

/** Prints the processor time of a start, in milliseconds. */
const program = `
  await import(process.argv[1]);
  const { user, system } = process.cpuUsage();
  process.stderr.write(String((user + system) / 1_000));
  process.exit(0);
`;

const { inventory, ...shipped } = shippedVersion();
const other = { ...shipped, inventory, policies: { ...shipped.policies, 'other.cedar': '// other' } };
/** What is in force, and whether it is compiled. */
type Subject = readonly [files: PolicyFiles | null, isCompiled: boolean];
const subjects: Readonly<Record<string, Subject>> = {
  'policies of the package': [null, false],
  'a version of the same policies': [{ ...shipped, inventory }, false],
  'another inventory, compiled': [{ ...shipped, inventory: `${inventory}\n` }, true],
  'another inventory': [{ ...shipped, inventory: `${inventory}\n` }, false],
  'other policies, compiled': [other, true],
  'other policies': [other, false],
};

let live: PolicyFiles | null = null;
/** Items of the table of compiled versions, by their keys. */
const compiledItems = new Map<string, unknown>();

/**
 * What a start reads: the list of versions, a version, a compiled one, a record that does not
 * exist, and an empty list of EKS.
 */
function answerTo(target: string, body: string): object {
  if (target === '') return { associations: [] };
  const { TableName, Key, Item } = JSON.parse(body) as { TableName: string } & Record<
    'Key' | 'Item',
    Record<string, unknown>
  >;
  const keyOf = (item: Record<string, unknown>) => JSON.stringify([item.itemKey, item.itemNumber]);
  if (target.endsWith('.PutItem')) {
    compiledItems.set(keyOf(Item), Item);
    return {};
  }
  if (TableName === 'compiled') return { Item: compiledItems.get(keyOf(Key)) };
  if (live === null) return {};
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

/** Starts what answers the calls of a start, on a free port. */
async function startServer() {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const answer = answerTo(String(request.headers['x-amz-target'] ?? ''), body);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => server.close() };
}

/** Processor time of a start, in milliseconds. */
async function start(
  gateway: string,
  endpoint: string,
  [version, isCompiled]: Subject,
  attempts = 10,
): Promise<number> {
  live = version;
  const environment = environmentFor(join(dirname(gateway), 'policies'), endpoint);
  const env = {
    ...environment,
    POLICY_SOURCE: version === null ? 'packaged' : 'table',
    POLICY_TABLE: 'policies',
    COMPILED_POLICY_TABLE: isCompiled ? 'compiled' : '',
  };
  const args = ['--input-type=module', '--eval', program, gateway];
  const { stderr, stdout } = await run(process.execPath, args, { env });
  if (stdout.includes('not used')) throw new Error(`The compiled version was not used: ${stdout}`);
  if (version === null || stdout.includes('"policyVersion":1')) return Number(stderr);
  // Otherwise the start would be measured without what it is about. On a busy machine, the time
  // that a start waits can be too short.
  if (attempts === 1) throw new Error(`The version was not loaded: ${stdout}`);
  return await start(gateway, endpoint, [version, isCompiled], attempts - 1);
}

/** Stores the version as the function `compile` of the package does. */
async function compile(gateway: string, endpoint: string, files: PolicyFiles): Promise<void> {
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
  const client = new DynamoDBClient({ endpoint, region: 'eu-central-1', credentials });
  const packed = packPolicies(files);
  const key = compiledKey({ versionHash: packed.hash }, readCompilerHash(join(dirname(gateway), 'policies')) ?? '');
  const content = compileVersion(versionOf(1, files), packed);
  await makeDynamoDbCompiledStore(client, 'compiled').put(key, content, 0);
  client.destroy();
}

/**
 * Measures the processor time of starts with policy versions beside that with the policies of the
 * package: in turns, so that a busy machine slows all alike. No request is sent.
 */
export async function measureVersions(folder: string, rounds: number): Promise<Section> {
  const gateway = await buildGateway(folder);
  const { endpoint, stop } = await startServer();
  try {
    const all = Object.values(subjects);
    for (const [files, isCompiled] of all) if (files !== null && isCompiled) await compile(gateway, endpoint, files);
    const times = all.map((): number[] => []);
    // The first round fills the caches of the file system.
    for (let round = 0; round <= rounds; round += 1) {
      for (const [index, subject] of all.entries()) {
        const ms = await start(gateway, endpoint, subject);
        if (round > 0) times[index]?.push(ms);
      }
    }
    const [first = []] = times;
    const rows = Object.keys(subjects).map((name, index) => {
      const own = times[index] ?? [];
      return [name, median(own), ...ratiosOf(own, first)];
    });
    const head = ['in force', 'CPU of a start, ms', 'ratio', 'quartiles'];
    return { name: 'versions', document: null, tables: `${rounds} rounds.\n\n${table(head, rows)}` };
  } finally {
    stop();
  }
}
