import { entryText } from '../../src/ledger/stored/entry-json.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import { dryRun } from '../../src/operations/checks/dry-run.ts';
import { mutate } from '../../src/operations/mutate.ts';
import type { InputOf } from '../../src/operations/terms/admission.ts';
import { operations } from '../../src/operations/kinds/operations.ts';
import type { MutationResult } from '../../src/operations/terms/result.ts';
import { dependenciesOn, identity } from '../support/mutations.ts';

let ledger: Ledger;
beforeEach(() => (ledger = makeSqliteLedger({ file: ':memory:' })));
afterEach(() => ledger.close());

/** The most bytes of an entry about an invalid input. */
const maxBytes = 16 * 1024;

const million = 1_000_000;

const texts: [name: string, text: string][] = [
  ['quotes', '"'.repeat(million)],
  ['control characters', '\u0000'.repeat(million)],
  ['characters of four bytes', '😀'.repeat(million / 2)],
  ['characters of three bytes', '\uffff'.repeat(million)],
  ['unpaired surrogates', '\ud800'.repeat(million)],
  ['characters of each rule', '*aws:\ud800#\u{10000}"'.repeat(million / 10)],
];

/** The largest values that are valid, and therefore recorded in full. */
const valid = { reason: '😀'.repeat(1_024), onBehalfOf: '😀'.repeat(256) };

/** A cluster in which alice has permits. */
const cluster = { clusterName: 'apps-dev', accountId: null, region: null };

/** A cluster with such names. */
const clusterOf = (name: string) => ({ clusterName: name, accountId: name, region: name });

/** Every other field of a create with this text or its beginning, and tags of it. */
function createInput(text: string, tagCount = 100): InputOf['CREATE_POD_IDENTITY_ASSOCIATION'] {
  const short = text.slice(0, 1_000);
  return {
    ...cluster,
    ...{ namespace: short, serviceAccount: short },
    ...{ roleArn: text, targetRoleArn: `arn:aws:iam::1:role/${short}`, policy: short, clientRequestToken: short },
    tags: Array.from({ length: tagCount }, () => ({ key: short, value: short })),
    ...valid,
  };
}

/** Every other field of an update with this text or its beginning. */
function updateInput(text: string): InputOf['UPDATE_POD_IDENTITY_ASSOCIATION'] {
  const short = text.slice(0, 1_000);
  return {
    ...cluster,
    ...{ associationId: text, roleArn: short },
    ...{ targetRoleArn: short, policy: `{"Statement":[{"${short}":1}]}`, clientRequestToken: short },
    expectedModifiedAt: text,
    ...valid,
  };
}

/** The only entry of a request. */
async function entryOf({ auditEntry }: Pick<MutationResult, 'auditEntry'>): Promise<AuditEntry> {
  const [entry, ...more] = await ledger.operationEntries(auditEntry.operationId);
  if (!entry || more.length > 0) throw new Error('The request did not leave exactly one entry.');
  return entry;
}

describe.each(texts)('an input of a million %s', (_, text) => {
  const deadline = Date.now() + 60_000;

  test('leaves one entry of at most 16 KB, whatever the operation', async () => {
    const deps = dependenciesOn(ledger);
    const answers = [
      await mutate(deps, operations.CREATE_POD_IDENTITY_ASSOCIATION, { identity, input: createInput(text), deadline }),
      await mutate(deps, operations.UPDATE_POD_IDENTITY_ASSOCIATION, { identity, input: updateInput(text), deadline }),
      await mutate(deps, operations.DELETE_POD_IDENTITY_ASSOCIATION, { identity, input: updateInput(text), deadline }),
      await dryRun(deps, operations.CREATE_POD_IDENTITY_ASSOCIATION, { identity, input: createInput(text), deadline }),
    ];
    for (const answer of answers) {
      const entry = await entryOf(answer);
      expect(entry.findings).toHaveLength(Math.min(10, entry.invalidInput?.findingCount ?? 0));
      expect(Buffer.byteLength(entryText(entry))).toBeLessThanOrEqual(maxBytes);
      expect(Buffer.byteLength(JSON.stringify(answer.refusal))).toBeLessThan(4 * maxBytes);
    }
  });
});

test.each(texts)('an input whose cluster is a thousand %s leaves one entry of at most 1 KB', async (_, text) => {
  const input = { ...createInput(text), ...clusterOf(text.slice(0, 1_000)) };
  const call = { identity, input, deadline: Date.now() + 60_000 };
  const entry = await entryOf(await mutate(dependenciesOn(ledger), operations.CREATE_POD_IDENTITY_ASSOCIATION, call));
  expect(entry.invalidInput?.findingCount).toBeGreaterThan(10);
  expect(Buffer.byteLength(entryText(entry))).toBeLessThanOrEqual(1_024);
});

test('an input of 50,000 invalid tags leaves one entry of at most 16 KB', async () => {
  const input = createInput('"😀\u0000#'.repeat(8), 50_000);
  const call = { identity, input, deadline: Date.now() + 60_000 };
  const entry = await entryOf(await mutate(dependenciesOn(ledger), operations.CREATE_POD_IDENTITY_ASSOCIATION, call));
  expect(entry.invalidInput?.fields).toMatchObject({ tags: 50_000 });
  expect(Buffer.byteLength(entryText(entry))).toBeLessThanOrEqual(maxBytes);
});
