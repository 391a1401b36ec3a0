import { EKSClient, TagResourceCommand } from '@aws-sdk/client-eks';
import { noFilters } from '../src/ledger/ledger.ts';
import type { Association } from '../src/model/association.ts';
import { operationTagKey } from '../src/model/association.ts';
import type { AuditEntry } from '../src/model/audit.ts';
import type { FleetGateway } from './fleet-gateway.ts';
import { clusters } from './fleet-world.ts';

type Simulated = ReturnType<FleetGateway['simulator']['control']['associations']>[number];

/** A change outside of the gateway: of which service account, and what the entry must say. */
interface Change {
  readonly name: string;
  readonly serviceAccount: string;
  readonly message: RegExp;
}

/** Makes ten kinds of changes outside of the gateway, each in a cluster of its own. */
export async function changeOutside({ simulator, ledger }: FleetGateway): Promise<readonly Change[]> {
  const { control } = simulator;
  const all = control.associations();
  const at = (kind: number): Simulated => {
    const found = all.find(({ clusterName }) => clusterName === `cluster-${kind * 4}`);
    if (!found) throw new Error(`There is no association in cluster ${kind * 4}.`);
    return found;
  };
  const roleArn = (one: Simulated, name: string) => `arn:aws:iam::${one.accountId}:role/pods/${one.namespace}/${name}`;
  const change = (kind: number, fields: object) => control.updateAssociation(at(kind).associationId, fields);
  const create = (kind: number, serviceAccount: string, tags = {}) => {
    const { accountId, region, clusterName, namespace } = at(kind);
    const place = { accountId, region, clusterName, namespace, serviceAccount };
    return control.createAssociation({ ...place, roleArn: roleArn(at(kind), 'outside'), tags });
  };
  const known = (kind: number) => at(kind).serviceAccount;
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: [] });

  change(0, { roleArn: roleArn(at(0), 'outside') });
  change(1, { targetRoleArn: 'arn:aws:iam::444455556666:role/pods/data' });
  change(2, { disableSessionTags: true });
  change(3, { disableSessionTags: true, policy });
  await tag(simulator.url, at(4), { team: 'others' });
  control.deleteAssociation(at(5).associationId);
  control.deleteAssociation(at(6).associationId);
  create(6, known(6));
  create(7, 'outsider');
  change(8, { roleArn: roleArn(at(8), 'between') });
  change(8, { roleArn: roleArn(at(8), 'outside') });
  const operationId = (await adopted(ledger, at(9)))?.operationId ?? '';
  create(9, 'forger', { [operationTagKey]: operationId });
  return [
    { name: 'role', serviceAccount: known(0), message: /roleArn is .*outside instead of/ },
    { name: 'target role', serviceAccount: known(1), message: /targetRoleArn is / },
    { name: 'session tags', serviceAccount: known(2), message: /disableSessionTags is true/ },
    { name: 'session policy', serviceAccount: known(3), message: /policy is / },
    { name: 'a tag only', serviceAccount: known(4), message: /tags\.team is others instead of/ },
    { name: 'deleted', serviceAccount: known(5), message: /was deleted outside/ },
    { name: 'deleted and made again', serviceAccount: known(6), message: /was created outside .* in place of/ },
    { name: 'created', serviceAccount: 'outsider', message: /was created outside of the gateway, with the role/ },
    { name: 'changed twice', serviceAccount: known(8), message: /roleArn is .*outside instead of/ },
    { name: 'created with a copied ownership tag', serviceAccount: 'forger', message: /was created outside/ },
  ];
}

/**
 * The changes that have exactly one entry `DRIFT_FOUND`, as they should; throws an Error if there
 * is any other entry.
 */
export function foundIn(changes: readonly Change[], entries: readonly AuditEntry[]): readonly Change[] {
  const found = changes.filter((change, kind) => {
    const of = entries.filter(({ target }) => target?.clusterName === `cluster-${kind * 4}`);
    const [entry] = of;
    const isExpected =
      entry?.target?.serviceAccount === change.serviceAccount && change.message.test(entry.message ?? '');
    if (of.length > 0 && !(of.length === 1 && isExpected)) {
      throw new Error(`Unexpected entries of ${change.name}: ${of.map(({ message }) => message).join(' ')}`);
    }
    return of.length === 1;
  });
  if (entries.length !== found.length) throw new Error(`${entries.length} entries for ${found.length} changes.`);
  return found;
}

/** The newest entries of drift that was found, at most 1,000. */
export async function foundDrift(ledger: FleetGateway['ledger']) {
  const query = {
    ...noFilters,
    partition: { kind: 'all' },
    events: ['DRIFT_FOUND'],
    limit: 1_000,
    before: null,
  } as const;
  return (await ledger.readTrail(query)).entries;
}

async function adopted(ledger: FleetGateway['ledger'], { clusterName }: Pick<Association, 'clusterName'>) {
  const cluster = clusters.find((one) => one.clusterName === clusterName);
  if (!cluster) throw new Error(`${clusterName} is not a cluster of the fleet.`);
  const partition = { kind: 'cluster', ...cluster } as const;
  const query = { ...noFilters, partition, events: ['SUCCEEDED'], limit: 1, before: null } as const;
  return (await ledger.readTrail(query)).entries[0];
}

/** Tags an association by the API of EKS, which keeps `modifiedAt`. */
async function tag(endpoint: string, { associationArn, accountId, region }: Simulated, tags: Record<string, string>) {
  // The simulator takes the account from the access key.
  const client = new EKSClient({ endpoint, region, credentials: { accessKeyId: accountId, secretAccessKey: 'bench' } });
  await client.send(new TagResourceCommand({ resourceArn: associationArn, tags }));
  client.destroy();
}
