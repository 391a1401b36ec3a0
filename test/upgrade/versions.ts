import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { lastBaseline } from '../../tools/baselines.ts';
import { writeCompiledPolicies } from './compiled-policies.ts';
import { openVersion } from './gateway-version.ts';
import type { VersionSettings } from './gateway-version.ts';

/** A running version of the gateway. */
export type OpenVersion = ReturnType<typeof openVersion>;

/** A version of the gateway, with policies of its own. */
export interface Version {
  readonly name: string;
  readonly open: (settings: Omit<VersionSettings, 'policies'>) => OpenVersion;
  /** An item of each kind that it stores, by name. */
  readonly items: Readonly<Record<string, StoredItem>>;
}

type Item = Record<string, AttributeValue>;

/** How `test/ledger/stored-format` pins an item: the text of an entry is that of both stores. */
interface StoredItem {
  readonly sqlite: string | null;
  readonly dynamodb: Item | null;
}

const root = join(import.meta.dirname, '..', '..');
const { folder, version } = lastBaseline(root) ?? { folder: '', version: '' };
const readItems = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Version['items'];

const built = createRequire(import.meta.filename)(join(folder, 'gateway.cjs')) as {
  readonly openVersion: typeof openVersion;
};

/** The last release, as it was built. */
export const released: Version = {
  name: version,
  open: (settings) => built.openVersion({ ...settings, policies: join(folder, 'policies') }),
  items: readItems(join(folder, 'items.json')),
};

let policies: string | undefined;

/** The policies of this version, compiled once. */
function compiledPolicies(): string {
  if (policies !== undefined) return policies;
  const made = mkdtempSync(join(tmpdir(), 'upgrade-policies-'));
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  writeCompiledPolicies(made);
  return (policies = made);
}

/** This version. */
export const present: Version = {
  name: 'this version',
  open: (settings) => openVersion({ ...settings, policies: compiledPolicies() }),
  items: readItems(join(root, 'test', 'ledger', 'stored', 'version-1.json')),
};

/** An upgrade, and its roll-back: what the first one left, the other one finds. */
export const directions = [
  { first: released, second: present },
  { first: present, second: released },
] as const;
