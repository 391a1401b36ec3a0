import { clientOf, failure, signedHeaders, simulate } from './simulation.ts';

const path = '/clusters/apps-dev/pod-identity-associations';
const now = Date.UTC(2026, 10, 24, 10, 10, 0);

async function statusAndError(response: Response): Promise<{ status: number; error: string | null; message: string }> {
  const body: unknown = await response.json();
  const message = typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : '';
  return { status: response.status, error: response.headers.get('x-amzn-errortype'), message };
}

test.each([
  ['none', undefined],
  ['another scheme', 'Bearer token'],
])('refuses a request whose Authorization header is %s', async (_, authorization) => {
  const { url } = await simulate();
  const headers = authorization === undefined ? {} : { authorization, 'x-amz-date': '20261124T101000Z' };
  expect(await statusAndError(await fetch(`${url}${path}`, { headers }))).toEqual({
    status: 403,
    error: 'MissingAuthenticationTokenException',
    message: 'Missing Authentication Token',
  });
});

test.each([
  ['no credential', { authorization: 'AWS4-HMAC-SHA256 SignedHeaders=host, Signature=00' }],
  [
    'a credential without region',
    {
      authorization:
        'AWS4-HMAC-SHA256 Credential=simulator/20261124/eks/aws4_request, SignedHeaders=host, Signature=00',
    },
  ],
  ['no signature', { authorization: signedHeaders(now).authorization?.replace(', Signature=00', ', ') }],
  ['no date', { 'x-amz-date': undefined }],
  ['a date in another format', { 'x-amz-date': '2026-11-24T10:10:00Z' }],
  ['a date that does not exist', { 'x-amz-date': '20261324T101000Z' }],
])('refuses a signature with %s', async (_, change) => {
  const { url } = await simulate({ clock: () => now });
  const entries = Object.entries({ ...signedHeaders(now), ...change }).filter(([, value]) => value !== undefined);
  const refused = await statusAndError(await fetch(`${url}${path}`, { headers: new Headers(asPairs(entries)) }));
  expect(refused).toMatchObject({ status: 403, error: 'IncompleteSignatureException' });
});

test('refuses a signature for another service', async () => {
  const { url } = await simulate({ clock: () => now });
  const headers = signedHeaders(now);
  const authorization = String(headers.authorization).replace('/eks/', '/sts/');
  const refused = await statusAndError(await fetch(`${url}${path}`, { headers: { ...headers, authorization } }));
  expect(refused).toMatchObject({ status: 403, error: 'InvalidSignatureException' });
});

test('accepts signatures up to five minutes before and after its clock, and explains refusals', async () => {
  const { url } = await simulate({ clock: () => now });
  const at = async (time: number) => statusAndError(await fetch(`${url}${path}`, { headers: signedHeaders(time) }));

  expect((await at(now - 300_000)).status).toBe(200);
  expect((await at(now + 300_000)).status).toBe(200);
  expect(await at(now - 301_000)).toEqual({
    status: 403,
    error: 'InvalidSignatureException',
    message: 'Signature expired: 20261124T100459Z is now earlier than 20261124T100500Z (20261124T101000Z - 5 min.)',
  });
  expect(await at(now + 301_000)).toEqual({
    status: 403,
    error: 'InvalidSignatureException',
    message:
      'Signature not yet current: 20261124T101501Z is still later than 20261124T101500Z (20261124T101000Z + 5 min.)',
  });
});

test('uses the configured signature window', async () => {
  const { url } = await simulate({ clock: () => now, signatureWindowMs: 2000 });
  const status = async (time: number) => (await fetch(`${url}${path}`, { headers: signedHeaders(time) })).status;
  expect([await status(now - 2000), await status(now - 3000)]).toEqual([200, 403]);
});

test('refuses an SDK create with an expired signature, without an effect', async () => {
  const simulator = await simulate();
  const refused = await failure(clientOf(simulator, { clockOffsetMs: -400_000 }).create());
  expect(refused).toMatchObject({ name: 'InvalidSignatureException', status: 403 });
  expect(simulator.control.associations()).toEqual([]);
});

test('checks the date only when the request arrives, so a delayed effect still takes place', async () => {
  let clock = now;
  const simulator = await simulate({ clock: () => clock });
  simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'delay-before', delayMs: 50 });
  const create = clientOf(simulator, { clockOffsetMs: now - Date.now() }).create();
  while (simulator.control.requests().length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  clock += 600_000;
  await create;
  expect(simulator.control.associations()).toHaveLength(1);
});

test('sends its own clock in the Date header', async () => {
  const { url } = await simulate({ clock: () => now });
  const response = await fetch(`${url}${path}`, { headers: signedHeaders(now) });
  expect(response.headers.get('date')).toBe('Tue, 24 Nov 2026 10:10:00 GMT');
});

function asPairs(entries: readonly [string, string | undefined][]): [string, string][] {
  return entries.map(([name, value]) => [name, String(value)]);
}
