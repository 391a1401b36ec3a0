import { runCommand, UsageError } from '../../../../tools/command.ts';
import { requireReachable } from '../../../../src/eks/eks-for.ts';
import { LedgerUnavailable } from '../../../../src/ledger/ledger.ts';
import { openPolicyStore } from '../../../local-gateway/src/ledger.ts';
import { exampleAccountId, readHomeAccountId, readLedgerSettings } from '../../../local-gateway/src/settings.ts';
import { defaultLiveSettings } from '../../../../src/policy-versions/live.ts';
import type { ListedVersion, PolicyVersion } from '../../../../src/policy-versions/policy-version.ts';
import type { PolicyStore } from '../../../../src/policy-versions/store.ts';
import { loadVersion } from '../../../../src/policy-versions/verify.ts';
import { unpackPolicies } from '../../../../src/policy-versions/packed-policies.ts';
import type { PolicyFiles } from '../../../../src/policy-versions/packed-policies.ts';
import { identifyOperator } from '../lock/operator.ts';
import { help, options, readVersionRequest } from './arguments.ts';
import type { VersionRequest } from './arguments.ts';
import { differencesBetween } from './differences.ts';
import { preparePolicies } from './prepare.ts';
import { putLive, readLive, readPacked } from './publish.ts';
import type { NewVersion } from './publish.ts';

/** What the command works with. */
interface Session {
  readonly store: PolicyStore;
  readonly homeAccountId: string;
  /** ARN of the credentials, or the user of this machine. */
  readonly operator: string;
}

/** Does what the arguments say. Gives the exit code. */
async function run(request: VersionRequest): Promise<number> {
  const settings = usageErrors(readLedgerSettings);
  const home = usageErrors(readHomeAccountId);
  const store = usageErrors(() => openPolicyStore(settings));
  try {
    if (request.kind === 'list') return await list(store, request.limit);
    const operator = await identifyOperator(settings);
    const homeAccountId = home ?? operator.accountId ?? exampleAccountId;
    const session = { store, homeAccountId, operator: operator.principal.id };
    return request.kind === 'publish' ? await publish(session, request) : await rollBack(session, request);
  } catch (error) {
    throw error instanceof LedgerUnavailable ? new Error(unavailable(error), { cause: error }) : error;
  } finally {
    store.close();
  }
}

async function publish(session: Session, request: Extract<VersionRequest, { kind: 'publish' }>): Promise<number> {
  const { store, homeAccountId, operator } = session;
  const prepared = preparePolicies(request.policies, request.inventory, homeAccountId);
  const { packed, policySetHash, inventoryHash } = prepared;
  print(`${request.policies}: ${prepared.summary}`);
  print(`${request.inventory}: inventory ${inventoryHash}`);
  print(`content ${packed.hash}, ${packed.content.length} bytes compressed`);
  for (const warning of prepared.warnings) warn(warning);
  const live = await readLive(store);
  const before = live === null ? await storePackaged(session, request) : { live, files: () => readFiles(store, live) };
  if (before.live.version?.versionHash === packed.hash) {
    print(`Version ${before.live.number} has these policies and is live: nothing to publish.`);
    return 0;
  }
  await printDifferences(before, prepared.files);
  if (request.isDryRun) return 0;
  await store.putPolicies(packed);
  const { reason } = request;
  const hashes = { versionHash: packed.hash, policySetHash, inventoryHash };
  return await makeLive(store, before.live, { ...hashes, publishedBy: operator, reason, rollbackTo: null });
}

/** The live version, and its policies where they can be read. */
interface Before {
  readonly live: ListedVersion;
  readonly files: () => Promise<PolicyFiles>;
}

/** Stores the policies of the package as version 0, except in a dry run: the same are in force as without a version. */
async function storePackaged(
  { store, homeAccountId, operator }: Session,
  { packaged, isDryRun }: Extract<VersionRequest, { kind: 'publish' }>,
): Promise<Before> {
  const { files, packed, policySetHash, inventoryHash } = preparePolicies(
    packaged.policies,
    packaged.inventory,
    homeAccountId,
  );
  print(
    `Nothing has been published. Version 0 has the policies of the package, from ${packaged.policies} and ${packaged.inventory}:`,
  );
  print(`policy set ${policySetHash}, inventory ${inventoryHash}; the query gateway must have returned the same.`);
  const hashes = { versionHash: packed.hash, policySetHash, inventoryHash };
  const version = { ...hashes, publishedBy: operator, reason: 'The policies of the package.', rollbackTo: null };
  if (!isDryRun) await store.putPolicies(packed);
  const first = isDryRun
    ? { ...version, number: 0, publishedAt: new Date().toISOString() }
    : await putLive(store, null, version, Date.now);
  return { live: { number: 0, version: first }, files: () => Promise.resolve(files) };
}

async function readFiles(store: PolicyStore, { version }: ListedVersion): Promise<PolicyFiles> {
  if (version === null) throw new Error('it has another format');
  return unpackPolicies(await readPacked(store, version));
}

async function rollBack(session: Session, request: Extract<VersionRequest, { kind: 'rollback' }>): Promise<number> {
  const { store, homeAccountId, operator } = session;
  const live = await readLive(store);
  if (live === null) throw new Error('Nothing has been published: the policies of the package are in force.');
  const number = request.to ?? live.number - 1;
  const version = number >= 0 ? await store.getVersion(number) : null;
  if (version === null) {
    const advice = 'Publish the policies that should be in force, or name a version of npm run policies:releases.';
    throw new Error(`There is no version ${number} that can be read. ${advice}`);
  }
  if (version.versionHash === live.version?.versionHash) {
    print(`Version ${live.number} has the policies of version ${number} and is live: nothing to roll back.`);
    return 0;
  }
  const packed = await readPacked(store, version);
  requireReachable(loadVersion(version, packed).inventory.accounts, homeAccountId);
  await printDifferences({ live, files: () => readFiles(store, live) }, unpackPolicies(packed));
  const { versionHash, policySetHash, inventoryHash } = version;
  const hashes = { versionHash, policySetHash, inventoryHash };
  return await makeLive(store, live, { ...hashes, publishedBy: operator, reason: request.reason, rollbackTo: number });
}

async function makeLive(store: PolicyStore, live: ListedVersion, version: NewVersion): Promise<number> {
  const { number } = await putLive(store, live, version, Date.now);
  const seconds = (2 * defaultLiveSettings.refreshMs) / 1_000;
  print(
    `Version ${number} is live. Within ${seconds} seconds (twice POLICY_REFRESH_MS), every new request is judged by it.`,
  );
  return 0;
}

/** Prints what would change. A live version that can't be read does not keep a better one from replacing it. */
async function printDifferences({ live, files }: Before, after: PolicyFiles) {
  try {
    const { lines, newPlaces } = differencesBetween(await files(), after);
    print(`Compared with version ${live.number}, which is live:`);
    for (const line of lines.length > 0 ? lines : ['no policy differs']) print(`- ${line}`);
    for (const place of newPlaces) {
      warn(
        `${place} is new. The roles of the stack reach what the inventory of the package lists: deploy it there too.`,
      );
    }
  } catch (error) {
    if (error instanceof LedgerUnavailable) throw error;
    warn(`Version ${live.number}, which is live, can't be compared: ${error instanceof Error ? error.message : ''}`);
  }
}

async function list(store: PolicyStore, limit: number): Promise<number> {
  const versions = await store.versions(limit);
  if (versions.length === 0) print('Nothing has been published: the policies of the package are in force.');
  versions.forEach((listed, index) => print(`${index === 0 ? '* ' : '  '}${describe(listed)}`));
  return 0;
}

function describe({ number, version }: ListedVersion): string {
  if (version === null) return `${number}  of another format`;
  const { publishedAt, publishedBy, reason, rollbackTo } = version;
  const what = rollbackTo === null ? 'published' : `rolled back to ${rollbackTo}`;
  return `${number}  ${publishedAt}  ${what} by ${publishedBy}${reason === null ? '' : `: ${JSON.stringify(reason)}`}
     ${hashLine(version)}`;
}

function hashLine({ policySetHash, inventoryHash, versionHash }: PolicyVersion): string {
  return `policy set ${policySetHash}, inventory ${inventoryHash}, content ${versionHash}`;
}

/** The error of DynamoDB, which names what is missing, such as a table. */
function unavailable({ cause, message }: LedgerUnavailable): string {
  return `The table of policies can't be used: ${cause instanceof Error ? `${cause.name}: ${cause.message}` : message}`;
}

/** Wrong settings end the command with exit code 2, as wrong arguments do. */
function usageErrors<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof Error ? new UsageError(error.message) : error;
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function warn(line: string): void {
  process.stderr.write(`WARNING ${line}\n`);
}

process.exitCode = await runCommand({
  help,
  options,
  maxArguments: 1,
  run: (values, [kind]) => run(readVersionRequest(values, kind)),
});
