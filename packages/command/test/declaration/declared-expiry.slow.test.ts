// Quick test: packages/command/test/declaration/expiry.test.ts.
import { startAnsweringServer } from '../../../../test/support/answering-server.ts';
import { paymentsDeclaration, startScannedGateway } from './scanned-gateway.ts';
import type { ScannedGateway } from './scanned-gateway.ts';

const dayMs = 24 * 3_600_000;
let fleet: ScannedGateway;

beforeEach(async () => {
  fleet = await startScannedGateway();
  await fleet.observe();
});
afterEach(() => fleet.close());

/** Plans a text and applies the plan. Returns what the plan says. */
async function planAndApply(text: string, more: readonly string[] = []): Promise<string> {
  const file = fleet.write('bindings.yaml', text);
  const planned = await fleet.run(['plan', '-f', file, '-o', fleet.pathOf('plan.json'), ...more]);
  const applied = await fleet.run(['apply', fleet.pathOf('plan.json')]);
  expect({ planned: planned.code, applied }).toMatchObject({ planned: 0, applied: { code: 0 } });
  return planned.stdout;
}

/** For how many days the association exists, by what it was given; null without an expiry. */
async function days(): Promise<number | null> {
  const { stdout } = await fleet.run(['associations', '--output', 'json', '--query', 'associations[0]']);
  const { createdAt, expiresAt } = JSON.parse(stdout) as { readonly createdAt: string; readonly expiresAt?: string };
  return expiresAt === undefined ? null : (Date.parse(expiresAt) - Date.parse(createdAt)) / dayMs;
}

const expiring = (line: string) => `${paymentsDeclaration(['api'])}    ${line}\n`;

test('expiresAfter counts from the creation, and a plan settles', async () => {
  expect(await planAndApply(expiring('expiresAfter: 30d'))).toMatch(/^\+ create .* until 2/);
  expect(await days()).toBeCloseTo(30, 1);
  expect(await planAndApply(expiring('expiresAfter: 30d'))).toContain(
    '0 to update, 0 to adopt, 0 to delete, 1 unchanged',
  );
  expect(await planAndApply(expiring('expiresAfter: 60d'))).toContain('    expiresAt: 2');
  expect(await days()).toBe(60);
  expect(await planAndApply(expiring('expiresAfter: 60d'))).toContain('1 unchanged');
});

test('expiresAt is set, exported, kept without the field, and taken away by never and by the way back', async () => {
  const expiresAt = new Date(Date.now() + 10 * dayMs).toISOString();
  await planAndApply(paymentsDeclaration(['api']));
  expect(await planAndApply(expiring(`expiresAt: ${expiresAt}`))).toContain(`expiresAt: none → ${expiresAt}`);
  const inverse = fleet.read('plan.inverse.yaml');
  const { stdout: exported } = await fleet.run(['export', '--cluster-name', 'apps-dev', '--namespace', 'payments']);
  expect(exported).toContain(`expiresAt: ${expiresAt}`);
  expect(await planAndApply(paymentsDeclaration(['api']))).toContain('1 unchanged');
  expect(await planAndApply(inverse, ['--prune'])).toContain(`expiresAt: ${expiresAt} → none`);
  expect(await days()).toBeNull();
});

test('a plan of an expiry does not overwrite one that was set since', async () => {
  await planAndApply(paymentsDeclaration(['api']));
  const file = fleet.write('bindings.yaml', expiring('expiresAfter: 30d'));
  await fleet.run(['plan', '-f', file, '-o', fleet.pathOf('older.json')]);
  await planAndApply(expiring('expiresAfter: 60d'));
  const { code, stdout } = await fleet.run(['apply', fleet.pathOf('older.json')]);
  expect({ code, stdout }).toMatchObject({ code: 1, stdout: expect.stringContaining('revision 2, not 1') });
  expect(await days()).toBe(60);
});

test('an expiry that is set while a plan is made is not overwritten: the plan denies its change', async () => {
  await planAndApply(paymentsDeclaration(['api']));
  const file = fleet.write('bindings.yaml', expiring('expiresAfter: 30d'));
  const others = fleet.write('others.yaml', expiring('expiresAfter: 60d'));
  let isSet = false;
  const setByOthers = async () => {
    await fleet.run(['plan', '-f', others, '-o', fleet.pathOf('others.json')]);
    await fleet.run(['apply', fleet.pathOf('others.json')]);
  };
  const front = await startAnsweringServer((response, { body, headers: { authorization = '' } }) => {
    // Others act after the read of the plan, and before its check.
    const isFirst = !isSet && body.includes('checkPodIdentityAssociations');
    isSet ||= isFirst;
    const answered = (isFirst ? setByOthers() : Promise.resolve()).then(async () => {
      const answer = await fleet.gateway.post(body, { authorization });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
    });
    answered.catch((error: unknown) => response.destroy(error as Error));
  });
  const { code, stdout } = await fleet.run(['plan', '-f', file], 'alice', {}, front.endpoint);
  await front.stop();
  expect({ code, stdout }).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/Its expiry became 2\S+Z while the plan was made. Plan again./),
  });
  expect(await days()).toBe(60);
});
