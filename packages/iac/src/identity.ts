import { createHash } from 'node:crypto';
import type { Properties } from './properties.ts';

/** Where an association is. */
export interface Identity {
  readonly accountId: string;
  readonly region: string;
  readonly clusterName: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** Account and region of the function: those of associations whose properties name none. */
export type Home = Pick<Identity, 'accountId' | 'region'>;

/** The home of a function, by its ARN. */
export function homeOf(functionArn: string): Home {
  const [, , , region = '', accountId = ''] = functionArn.split(':');
  return { accountId, region };
}

/** Where properties say that their association is. */
export function identityOf(properties: Properties, home: Home): Identity {
  const { accountId = home.accountId, region = home.region, clusterName, namespace, serviceAccount } = properties;
  return { accountId, region, clusterName, namespace, serviceAccount };
}

/** The physical id of an association: another one makes CloudFormation delete the one before. */
export function physicalIdOf({ accountId, region, clusterName, namespace, serviceAccount }: Identity): string {
  return [accountId, region, clusterName, namespace, serviceAccount].join('/');
}

/** Whether both are the same place. */
export function isSame(one: Identity, other: Identity): boolean {
  return physicalIdOf(one) === physicalIdOf(other);
}

/** The association of a physical id; null for that of a create which made none. */
export function identityOfId(id: string): Identity | null {
  const parts = /^(\d{12})\/([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(id);
  if (parts === null) return null;
  const [, accountId = '', region = '', clusterName = '', namespace = '', serviceAccount = ''] = parts;
  return { accountId, region, clusterName, namespace, serviceAccount };
}

/** The most characters of the name of a declaration, and how many of a longer one stay. */
const [longest, kept] = [128, 95];

/**
 * The declaration of a resource in a stack: `<stack name>/<unique id of the stack>/<logical id>`. The
 * unique id keeps a late request of a deleted stack from a later one of the same name.
 */
export function stackDeclaration(stackId: string, logicalId: string): string {
  const name = `${stackId.replace(/^.*:stack\//, '')}/${logicalId}`;
  if (name.length <= longest) return name;
  return `${name.slice(0, kept)}#${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
}
