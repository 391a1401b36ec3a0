import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noFilters } from '../../../../src/ledger/ledger.ts';
import type { AuditEntry } from '../../../../src/model/audit.ts';
import { closeAtEnd } from '../../../../test/support/left-open.ts';
import { openGateway } from '../../../../test/support/gateway.ts';
import type { Gateway } from '../../../../test/support/gateway.ts';
import { runOperator } from '../run-operator.ts';
import { tamperedLedgers } from '../verify/tampered-ledger.ts';
import type { Row, TamperedLedger } from '../verify/tampered-ledger.ts';

const chatops = 'https://issuer.example#chatops';
const alice = 'https://issuer.example#alice';
const entryFields = 'id personalDataErased onBehalfOf sourceAddress userAgent reason message decision { allowed }';
const shown = `query ($id: ID!) { auditEntry(id: $id) { ${entryFields} } }`;

describe.each(tamperedLedgers.filter(({ available }) => available))('erase on $name', ({ open }: TamperedLedger) => {
  let opened: Awaited<ReturnType<TamperedLedger['open']>>;
  let gateway: Gateway;
  let folder: string;

  beforeEach(async () => {
    opened = await open();
    gateway = await openGateway({ ledger: opened.ledger });
    folder = mkdtempSync(join(tmpdir(), 'erase-'));
    const fields = { reason: 'Her laptop was lost.', onBehalfOf: 'alice@example.com' };
    await gateway.create({ ...fields, serviceAccount: 'first', clientRequestToken: 'first' }, 'chatops');
    await gateway.create({ ...fields, namespace: 'search', clientRequestToken: 'denied' }, 'chatops');
    await gateway.create({ serviceAccount: 'other', clientRequestToken: 'other', reason: 'Not hers.' }, 'pat');
    opened.log.clock.now = Date.now();
    await opened.log.run();
  });
  afterEach(async () => {
    await closeAtEnd(gateway.close)();
    await opened.close();
    rmSync(folder, { recursive: true });
  });

  const run = async (words: readonly string[]) => {
    const { status, stdout, stderr } = await runOperator(words, opened.env);
    return { status, lines: stdout.trimEnd().split('\n'), stdout, stderr };
  };
  const eraseAll = (...more: readonly string[]) =>
    run(['erase', '--person', chatops, '--reference', 'CASE-17', ...more]);
  const trail = async (): Promise<readonly AuditEntry[]> => {
    const query = { ...noFilters, partition: { kind: 'all' }, limit: 100, before: null } as const;
    return (await opened.ledger.readTrail(query)).entries;
  };
  const idOf = ({ operationId, entryId }: Pick<Row, 'operationId' | 'entryId'>) => `${operationId}.${entryId}`;
  const ofChatops = async () => (await opened.rows()).filter(({ principalId }) => principalId === chatops);
  const verify = async () => {
    const { status, lines } = await run(['trail', 'verify']);
    return { status, kinds: lines.flatMap((line) => /^[A-Z_]+(?= )/.exec(line) ?? []), lines };
  };

  test('without --confirm, it says what it would erase, and erases nothing', async () => {
    const before = await opened.rows();
    const { status, lines } = await eraseAll();
    expect(status).toBe(0);
    expect(lines).toHaveLength(4);
    expect(lines.at(-1)).toBe('3 entries would be erased. To erase them, add --confirm.');
    expect(await opened.rows()).toEqual(before);
  });

  test('it removes the personal data of a person, and nothing else', async () => {
    const before = await opened.rows();
    expect((await eraseAll('--confirm')).status).toBe(0);
    const after = await opened.rows();
    for (const row of before) {
      const { personal, ...rest } = row;
      const { personal: left, ...same } = after.find(({ entryId }) => entryId === row.entryId) ?? ({} as Row);
      expect(same).toEqual(rest);
      expect(left ?? null).toBe(row.principalId === chatops ? null : personal);
    }
  });

  test('the trail records who erased which entries for which reference, and not what was erased', async () => {
    const ids = (await ofChatops()).map(idOf);
    await eraseAll('--confirm');
    const [record] = await trail();
    expect(record).toMatchObject({
      ...{ event: 'PERSONAL_DATA_ERASED', operation: 'ERASE_PERSONAL_DATA', reason: null },
      message: 'The personal data of 3 entries are erased: CASE-17.',
    });
    expect(record?.operationId).toMatch(/^erasure-/);
    expect([...(record?.erasedEntries ?? [])].sort()).toEqual([...ids].sort());
    expect(JSON.stringify(record)).not.toMatch(/laptop|example\.com/);
  });

  test('queries find the entries by their indexes, and answer null', async () => {
    const [, , denied] = await ofChatops();
    await eraseAll('--confirm');
    const { data } = await gateway.send(shown, { id: denied && idOf(denied) }, 'olivia');
    expect(data).toEqual({
      auditEntry: {
        ...{ id: denied && idOf(denied), personalDataErased: true, decision: { allowed: false } },
        ...{ onBehalfOf: null, sourceAddress: null, userAgent: null, reason: null },
        message: expect.stringContaining('No rule lets [name] create associations in namespace search.') as string,
      },
    });
    const query = {
      ...noFilters,
      partition: { kind: 'principal', principalId: chatops },
      limit: 9,
      before: null,
    } as const;
    expect((await opened.ledger.readTrail(query)).entries).toHaveLength(3);
  });

  test('trail verify says ERASED and finds nothing wrong; so it does of an export', async () => {
    const ids = (await ofChatops()).map(idOf);
    await eraseAll('--confirm');
    const { status, kinds, lines } = await verify();
    expect({ status, kinds }).toEqual({ status: 0, kinds: ['ERASED', 'ERASED', 'ERASED'] });
    for (const id of ids)
      expect(lines.join('\n')).toContain(`ERASED Entry ${id}: its personal data were erased, as entry`);
    const file = join(folder, 'trail.ndjson');
    const { stdout } = await run(['trail', 'export']);
    expect(stdout).toContain('Not hers.');
    expect(stdout).not.toMatch(/laptop|alice@/);
    writeFileSync(file, stdout);
    const ofFile = await run(['trail', 'verify', '--entries', file]);
    expect(ofFile.status).toBe(0);
    writeFileSync(file, stdout.replace('Not hers.', 'Forged.'));
    expect((await run(['trail', 'verify', '--entries', file])).stdout).toMatch(/^CHANGED /);
  });

  test('trail verify finds personal data that were changed, and those that were removed without a record', async () => {
    const [first, second] = await ofChatops();
    if (!first || !second) throw new Error('There are no entries.');
    await opened.put({ ...first, personal: String(first.personal).replace('laptop', 'handbag') });
    const { personal: _, ...without } = second;
    await opened.put(without);
    const { status, lines } = await verify();
    expect(status).toBe(1);
    expect(lines.slice(0, 2)).toEqual([
      `CHANGED The personal data of entry ${idOf(first)} were changed: its text commits to others.`,
      `UNRECORDED_ERASURE Entry ${idOf(second)} has lost its personal data, and no entry records an erasure of them.`,
    ]);
    // Nobody reads what was changed.
    const read = await opened.ledger.getEntry(first);
    expect(read).toMatchObject({ reason: null, onBehalfOf: null });
  });

  test('a replay says that an erased request is not replayable', async () => {
    const count = async () => (await run(['policies', 'replay', '--since', '2020-01-01T00:00:00Z'])).stdout;
    expect(await count()).not.toContain('not replayable');
    const [intent] = await ofChatops();
    await eraseAll('--confirm');
    expect(await count()).toContain('2 requests are not replayable: their personal data were erased');
    const file = join(folder, 'entry.json');
    writeFileSync(file, JSON.stringify((await trail()).find(({ entryId }) => entryId === intent?.entryId)));
    const one = await run(['policies', 'replay', file]);
    expect(one.stderr).toContain('is not replayable: its personal data were erased');
  });

  test('it keeps what an open operation and an expiry need', async () => {
    const serviceAccount = 'ends';
    const expiresAt = new Date(gateway.clock.now() + 3_600_000).toISOString();
    await gateway.create({ serviceAccount, clientRequestToken: serviceAccount, expiresAt });
    gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-before', times: 9 });
    await gateway.create({ serviceAccount: 'open', clientRequestToken: 'open' });
    const { lines } = await run([
      'erase',
      '--person',
      alice,
      '--until',
      '2099-01-01T00:00:00Z',
      '--reference',
      'X',
      '--confirm',
    ]);
    const of = (words: string) => lines.filter((line) => line.endsWith(words)).length;
    expect(of('kept, because its operation set the expiry of the association')).toBe(2);
    expect(of('kept, because its operation is open')).toBeGreaterThan(0);
    const kept = (await trail()).filter(({ principal }) => principal.id === alice);
    expect(kept.filter(({ personal }) => personal && 'sha256' in personal)).toEqual([]);
  });

  test('--recorded erases again what a restore brought back', async () => {
    const before = await ofChatops();
    await eraseAll('--confirm');
    for (const row of before) await opened.put(row);
    expect((await run(['erase', '--recorded', '--reference', 'RESTORE-3', '--confirm'])).stdout).toContain(
      '3 entries were erased',
    );
    expect((await ofChatops()).map(({ personal }) => personal ?? null)).toEqual([null, null, null]);
    expect((await verify()).status).toBe(0);
  });

  test('it chooses entries by id, prints JSON, and says what it cannot do', async () => {
    const [row] = await ofChatops();
    const id = row ? idOf(row) : '';
    const { stdout } = await run(['erase', '--entry', id, '--reference', 'CASE-17', '--json', '--confirm']);
    const told = JSON.parse(stdout) as { erasures: string[]; entries: object[] };
    expect(told).toMatchObject({ reference: 'CASE-17', confirmed: true, entries: [{ id, verdict: 'erase' }] });
    expect(told.erasures).toHaveLength(1);
    const again = await run(['erase', '--entry', id, '--reference', 'CASE-17', '--confirm']);
    expect(again.lines).toEqual([
      expect.stringMatching(/: was erased before$/),
      'There is nothing to erase. 1 others are as they were.',
    ]);
    const unknownId = id.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    const unknown = await run(['erase', '--entry', unknownId, '--reference', 'CASE-17']);
    expect(unknown).toMatchObject({ status: 1, stderr: expect.stringContaining('has no entry') as string });
    expect((await run(['erase', '--person', alice, '--reference', 'It was Alice'])).status).not.toBe(0);
  });
});
