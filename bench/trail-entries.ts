import { ulid } from 'ulid';
import type { AuditEntry } from '../src/model/audit.ts';
import type { AuditEvent } from '../src/model/audit-event.ts';

/** Milliseconds of a day. */
const dayMs = 86_400_000;

/** The days that an audit trail covers, independent of its length. */
const days = 120;

/** End of every audit trail, and the time on the ledgers' clocks. */
export const end = Date.UTC(2027, 5, 30, 12);

const begin = end - days * dayMs;

const target = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'busy' };
const busy = { ...target, namespace: 'shop', serviceAccount: 'cart' };
const alice = 'https://id.example.com/#alice';
const arn = 'arn:aws:eks:eu-central-1:111122223333:podidentityassociation/busy/a-';
const hot = `${arn}0123456789abcdefg`;

/**
 * Generates the entries of an audit trail of this length, oldest first. Trails of equal length are
 * equal except for random parts of ids, and entries of all lengths of trails are equally large.
 */
export function* trailOf(length: number): Generator<AuditEntry> {
  let operationId = '';
  for (let index = 0; index < length; index += 1) {
    const time = begin + Math.floor((index * (end - begin)) / length);
    // Each operation has four consecutive entries.
    if (index % 4 === 0) operationId = ulid(time);
    yield entry(index, time, operationId);
  }
}

function entry(index: number, time: number, operationId: string): AuditEntry {
  const share = spread(Math.floor(index / 4));
  const where = placeOf(share);
  const roleArn = `arn:aws:iam::111122223333:role/pods/${where.namespace}-${where.serviceAccount}`;
  return {
    entryId: ulid(time),
    operationId,
    time: new Date(time).toISOString(),
    event: eventOf(index),
    operation: 'CREATE_POD_IDENTITY_ASSOCIATION',
    principal: {
      id: spread(share) % 4 === 0 ? alice : `https://id.example.com/#person-${share % 500}`,
      kind: 'USER',
      groups: ['shop', 'developers'],
      sessionName: null,
      otherGroups: null,
    },
    actor: null,
    onBehalfOf: null,
    sourceAddress: '192.0.2.7',
    userAgent: 'aws-cli/2.31.0 md/awscrt#0.27.6 ua/2.1 os/linux#6.8.0 md/arch#x86_64',
    // Of one length, as all that is in each entry: DynamoDB charges by bytes.
    apiRequestId: `request-${String(index).padStart(6, '0')}`,
    target: where,
    request: {
      ...where,
      roleArn,
      targetRoleArn: null,
      disableSessionTags: false,
      policy: null,
      tags: ['cost-centre', 'service', 'team'].map((key) => ({ key, value: where.namespace })),
    },
    before: null,
    invalidInput: null,
    findings: [],
    reason: 'Ticket 4711: the cart reads its table.',
    decision: {
      allowed: true,
      failed: false,
      policyIds: ['owners-create'],
      violations: [],
      policySetHash: 'a'.repeat(64),
      inventoryHash: 'b'.repeat(64),
      now: time,
      slice: {
        cluster: {
          ...target,
          clusterName: where.clusterName,
          environment: 'production',
          production: true,
          targetRoleAccounts: [],
        },
        namespace: { name: where.namespace, owners: ['shop'], system: false, rolePaths: ['/pods/shop/'], roleArns: [] },
        services: [],
        timeZone: 'UTC',
      },
    },
    refusalCode: null,
    message: null,
    associationArn: associationOf(spread(share + 1)),
    eksRequestId: null,
    omitted: [],
    fence: eventOf(index) === 'DENIED' ? null : 1,
  };
}

/** A pseudo-random number from `number` (one step of the Park-Miller generator). */
function spread(number: number): number {
  return ((number + 1) * 48_271) % 2_147_483_647;
}

/**
 * Half of the entries belong to the busy cluster, half of those to one namespace, and half of those
 * to one service account.
 */
function placeOf(share: number) {
  const [inCluster, inNamespace, inAccount] = [2, 4, 8].map((parts) => share % parts === 0);
  return {
    ...target,
    clusterName: inCluster ? busy.clusterName : `cluster-${share % 19}`,
    namespace: inNamespace ? busy.namespace : `namespace-${share % 97}`,
    serviceAccount: inAccount ? busy.serviceAccount : `account-${share % 211}`,
  };
}

/** Every fourth entry has an association, every sixteenth the same one. */
function associationOf(share: number): string | null {
  if (share % 16 === 0) return hot;
  return share % 4 === 0 ? `${arn}${(share % 5_000).toString().padStart(17, '0')}` : null;
}

/** One entry in 20 is a denial, and one in 5,000 a late success. */
function eventOf(index: number): AuditEvent {
  if (index % 5_000 === 777) return 'LATE_SUCCESS';
  if (index % 20 === 13) return 'DENIED';
  return index % 2 === 0 ? 'INTENT' : 'SUCCEEDED';
}
