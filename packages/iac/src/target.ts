import { createHash } from 'node:crypto';
import { Failure } from './failure.ts';
import { readProperties } from './properties.ts';
import type { Fields, Properties } from './properties.ts';

const parts = ['accountId', 'region', 'clusterName', 'namespace', 'serviceAccount'] as const;

/** Where an association is. */
type Identity = Readonly<Record<(typeof parts)[number], string>>;

/** Account and region of associations whose properties name none: those of the function. */
export type Home = Pick<Identity, 'accountId' | 'region'>;

/** Where no association is desired, and how to ask for that. */
export interface Place {
  readonly declaration: string;
  readonly properties: Identity & Partial<Properties>;
}

/** A declared association. */
export interface Target extends Place {
  readonly properties: Identity & Properties;
}

/** @throws Failure for properties that can't be read */
export function targetOf(given: Fields, declaration: string, home: Home): Target {
  return { declaration, properties: { ...home, ...readProperties(given) } };
}

/** As `targetOf`; null for what can't be read, and so was never made. */
export function knownTarget(...given: Parameters<typeof targetOf>): Target | null {
  try {
    return targetOf(...given);
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}

/** The physical id of an association: another one makes CloudFormation delete the one before. */
export function idOf({ properties }: Place): string {
  return parts.map((part) => properties[part]).join('/');
}

/** Where the association of a physical id is; null for the id of a create that made none. */
export function identityOfId(id: string): Identity | null {
  if (!/^\d{12}(\/[^/]+){4}$/.test(id)) return null;
  return Object.fromEntries(id.split('/').map((value, at) => [parts[at], value])) as Identity;
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
