import type { Settings } from '../../../client/src/client/setting-fields.ts';
import { placeText } from './located.ts';
import type { Place, Problem } from './located.ts';

/**
 * A declaration: which service accounts get which role. Its format is `declaration.schema.json` of
 * the package.
 */
export interface Declaration {
  readonly name: string;
  readonly bindings: readonly Binding[];
}

/** A binding of a role, by clusters × namespaces × service accounts. */
export interface Binding {
  readonly place: Place;
  /** For `--target`; null without one. */
  readonly name: string | null;
  /** A template, as `targetRoleArn`. */
  readonly roleArn: Placed;
  readonly targetRoleArn: Placed | null;
  readonly clusters: readonly ClusterSelector[];
  readonly namespaces: readonly Placed[];
  readonly serviceAccounts: readonly Placed[];
  readonly policy: Placed | null;
  readonly settings: BindingSettings;
}

/** A text with its place in the file. */
export interface Placed {
  readonly place: Place;
  readonly text: string;
}

/** Selects clusters: all fields that are not null must match. */
export interface ClusterSelector {
  readonly place: Place;
  readonly clusterName: string | null;
  readonly environment: string | null;
  readonly accountId: string | null;
  readonly region: string | null;
}

/** What a binding says of its associations that has no problem of its own. */
export interface BindingSettings {
  readonly tags: Readonly<Record<string, string>>;
  readonly disableSessionTags: boolean;
  /** RFC 3339, or `never`; null: an expiry stays as it is. */
  readonly expiresAt: string | null;
  /** A duration from the creation of an association, such as `30d`. */
  readonly expiresAfter: string | null;
  readonly reason: string | null;
}

/** A service account of a cluster. */
export interface Target {
  readonly accountId: string;
  readonly region: string;
  readonly clusterName: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** The association that a declaration wants for one service account. */
export interface Desired extends Target, Settings, Pick<BindingSettings, 'expiresAt' | 'expiresAfter'> {
  readonly tags: Readonly<Record<string, string>>;
  readonly reason: string | null;
  /** That of the service account's name. */
  readonly place: Place;
}

/** The key of a service account, which messages name it by: unique, and the order of plans. */
export function keyOf({ accountId, region, clusterName, namespace, serviceAccount }: Target): string {
  return [accountId, region, clusterName, namespace, serviceAccount].join('/');
}

/** The key of a cluster. */
export function clusterKeyOf({ accountId, region, clusterName }: Omit<Target, 'namespace' | 'serviceAccount'>): string {
  return [accountId, region, clusterName].join('/');
}

const maxShown = 1_000;
const maxLength = 1_000;

/** Problems by file, line and column, a line each, as compilers print them. */
export function problemLines(problems: readonly Problem[]): readonly string[] {
  const sorted = [...problems].sort(
    (one, other) => compare(one.file, other.file) || one.line - other.line || one.column - other.column,
  );
  const lines = sorted.slice(0, maxShown).map((one) => printable(`${placeText(one)}: ${one.message}`));
  return sorted.length > maxShown ? [...lines, `${sorted.length - maxShown} more problems`] : lines;
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** A line that can't move the cursor of a terminal, or reverse its text: messages quote the file. */
function printable(line: string): string {
  const shown = line.length > maxLength ? `${line.slice(0, maxLength)}…` : line;
  return shown.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (one) => `\\u{${one.codePointAt(0)?.toString(16) ?? ''}}`);
}
