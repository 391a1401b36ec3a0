import { requireReachable } from '../../../../src/eks/eks-for.ts';
import { LedgerUnavailable } from '../../../../src/ledger/ledger.ts';
import { exampleAccountId } from '../../../../tools/ledger/settings.ts';
import type { LedgerSettings } from '../../../../tools/ledger/settings.ts';
import { defaultLiveSettings } from '../../../../src/policy-versions/live.ts';
import type { ListedVersion } from '../../../../src/policy-versions/policy-version.ts';
import type { PolicyStore } from '../../../../src/policy-versions/store.ts';
import { loadVersion } from '../../../../src/policy-versions/verify.ts';
import { unpackPolicies } from '../../../../src/policy-versions/packed-policies.ts';
import type { PolicyFiles } from '../../../../src/policy-versions/packed-policies.ts';
import type { Context } from '../cli/command.ts';
import { identifyOperator } from '../lock/operator.ts';
import { withPolicyStore } from '../session.ts';
import { differencesBetween } from './differences.ts';
import { preparePolicies } from './prepare.ts';
import { putLive, readLive, readPacked } from './publish.ts';
import type { NewVersion } from './publish.ts';

/** A folder of policies with their cases, and the file of an inventory. */
export interface PolicyPaths {
  readonly policies: string;
  readonly inventory: string;
}

/** What to publish. */
export interface PublishRequest extends PolicyPaths {
  /** What the deployed package was built from: version 0, if there is none. */
  readonly packaged: PolicyPaths;
  readonly reason: string | null;
  /** Whether policies of `approvals.cedar` may be removed. */
  readonly mayRemoveApprovals: boolean;
  /** Whether the version is only verified and compared. */
  readonly isDryRun: boolean;
}

/**
 * What to put in force again. `to` is the number of a version; null: the one before the one in
 * force.
 */
export interface RollbackRequest {
  readonly to: number | null;
  readonly reason: string | null;
}

type Output = Pick<Context<unknown>, 'print' | 'warn'>;

/** What a change of the list works with. */
interface Session extends Output {
  readonly store: PolicyStore;
  readonly homeAccountId: string;
  /** ARN of the credentials, or the user of this machine. */
  readonly operator: string;
}

/** Publishes a version. Gives the exit code. */
export function publish(request: PublishRequest, context: ChangeContext): Promise<number> {
  return change(context, (session) => publishVersion(session, request));
}

/** Puts an earlier version in force. Gives the exit code. */
export function rollBack(request: RollbackRequest, context: ChangeContext): Promise<number> {
  return change(context, (session) => rollBackTo(session, request));
}

type ChangeContext = Context<LedgerSettings & { readonly homeAccountId: string | null }>;

function change(
  { settings, print, warn }: ChangeContext,
  work: (session: Session) => Promise<number>,
): Promise<number> {
  return withPolicyStore(settings, async (store) => {
    const { accountId, principal } = await identifyOperator(settings);
    const homeAccountId = settings.homeAccountId ?? accountId ?? exampleAccountId;
    return work({ store, homeAccountId, operator: principal.id, print, warn: (line) => warn(`WARNING ${line}`) });
  });
}

async function publishVersion(session: Session, request: PublishRequest): Promise<number> {
  const { store, homeAccountId, operator, print, warn } = session;
  const prepared = preparePolicies(request.policies, request.inventory, homeAccountId);
  const { packed, policySetHash, inventoryHash } = prepared;
  print(`${request.policies}: ${prepared.summary}`);
  print(`${request.inventory}: inventory ${inventoryHash}`);
  print(`content ${packed.hash}, ${packed.content.length} bytes compressed`);
  for (const warning of prepared.warnings) warn(warning);
  const live = await readLive(store);
  const before = live === null ? await storePackaged(session, request) : { live, files: () => readFiles(store, live) };
  if (before.live.version?.versionHash === packed.hash) {
    print(`Version ${before.live.number} has these policies and is in force: nothing to publish.`);
    return 0;
  }
  const removed = await printDifferences(session, before, prepared.files);
  if (request.isDryRun) return 0;
  if (removed.length > 0 && !request.mayRemoveApprovals) {
    throw new Error(
      `The policies lack ${removed.join(', ')} of approvals.cedar. Restore them, or publish with --remove-approvals if their requests shall need no approval.`,
    );
  }
  await store.putPolicies(packed);
  const { reason } = request;
  const hashes = { versionHash: packed.hash, policySetHash, inventoryHash };
  return await makeLive(session, before.live, { ...hashes, publishedBy: operator, reason, rollbackTo: null });
}

/** The version in force, and its content where that can be read. */
interface Before {
  readonly live: ListedVersion;
  readonly files: () => Promise<PolicyFiles>;
}

/**
 * Stores the policies of the package as version 0, except in a dry run: the same are in force as
 * without a version.
 */
async function storePackaged(
  { store, homeAccountId, operator, print }: Session,
  { packaged, isDryRun }: PublishRequest,
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

async function rollBackTo(session: Session, request: RollbackRequest): Promise<number> {
  const { store, homeAccountId, operator, print } = session;
  const live = await readLive(store);
  if (live === null) throw new Error('Nothing has been published: the policies of the package are in force.');
  const number = request.to ?? live.number - 1;
  const version = number >= 0 ? await store.getVersion(number) : null;
  if (version === null) {
    const advice =
      'Publish the policies that should be in force, or name a version of pod-identity-operator policies versions.';
    throw new Error(`There is no version ${number} that can be read. ${advice}`);
  }
  if (version.versionHash === live.version?.versionHash) {
    print(`Version ${live.number} has the policies of version ${number} and is in force: nothing to roll back.`);
    return 0;
  }
  const packed = await readPacked(store, version);
  requireReachable(loadVersion(version, packed, []).inventory.accounts, homeAccountId);
  await printDifferences(session, { live, files: () => readFiles(store, live) }, unpackPolicies(packed));
  const { versionHash, policySetHash, inventoryHash } = version;
  const hashes = { versionHash, policySetHash, inventoryHash };
  return await makeLive(session, live, {
    ...hashes,
    publishedBy: operator,
    reason: request.reason,
    rollbackTo: number,
  });
}

async function makeLive({ store, print }: Session, live: ListedVersion, version: NewVersion): Promise<number> {
  const { number } = await putLive(store, live, version, Date.now);
  const seconds = (2 * defaultLiveSettings.refreshMs) / 1_000;
  print(
    `Version ${number} is in force. Within ${seconds} seconds (twice POLICY_REFRESH_MS), every new request is decided by it.`,
  );
  return 0;
}

/**
 * Prints what would change. A version that can't be read does not keep a better one from replacing
 * it.
 *
 * @returns the policies that asked for approvals and would forbid nothing any more
 */
async function printDifferences(
  { print, warn }: Session,
  { live, files }: Before,
  after: PolicyFiles,
): Promise<readonly string[]> {
  try {
    const { lines, newPlaces, removedApprovals } = differencesBetween(await files(), after);
    print(`Compared with version ${live.number}, which is in force:`);
    for (const line of lines.length > 0 ? lines : ['no policy differs']) print(`- ${line}`);
    for (const id of removedApprovals)
      warn(`${id} of approvals.cedar is missing: its requests would need no approval.`);
    for (const place of newPlaces) {
      warn(
        `${place} is new. The roles of the stack reach what the inventory of the package lists: deploy it there too.`,
      );
    }
    return removedApprovals;
  } catch (error) {
    if (error instanceof LedgerUnavailable) throw error;
    warn(
      `Version ${live.number}, which is in force, can't be compared: ${error instanceof Error ? error.message : ''}`,
    );
    return [];
  }
}
