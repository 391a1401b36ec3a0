import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { input, openGateway } from '../support/gateway.ts';
import { createDocument } from '../support/documents.ts';
import type { Gateway } from '../support/gateway.ts';

let now: number;
let gateway: Gateway;
let ledger: Ledger;

beforeEach(async () => {
  now = Date.now();
  ledger = makeSqliteLedger({ file: ':memory:' });
  const requestLimits = { burst: 2, perSecond: 0.5 };
  gateway = await openGateway({ ledger, requestLimits, change: (deps) => ({ ...deps, clock: () => now }) });
});

afterEach(async () => {
  await gateway.close();
  ledger.close();
});

const document = '{ gateway { version } }';

async function over(as = 'alice') {
  const authorization = `Bearer ${await gateway.tokenOf(as)}`;
  const response = await gateway.post(JSON.stringify({ query: document }), { authorization });
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    body: (await response.json()) as object,
  };
}

describe('a principal over its limit', () => {
  beforeEach(async () => {
    await gateway.send(document);
    await gateway.send(document);
  });

  test('a principal over its limit gets the time of its next request', async () => {
    const extensions = {
      code: 'RATE_LIMITED',
      retryable: true,
      retryAfterSeconds: 2,
      requestId: expect.any(String) as unknown,
    };
    const errors = [{ message: 'Too many requests. Send the request again after retryAfterSeconds.', extensions }];
    expect(await over()).toEqual({ status: 429, retryAfter: '2', body: { errors } });
  });

  test('a principal over its limit gets that answer whatever its body is', async () => {
    const authorization = `Bearer ${await gateway.tokenOf('alice')}`;
    expect((await gateway.post('{', { authorization })).status).toBe(429);
  });

  test('a principal over its limit is answered after that time', async () => {
    await over();
    now += 2_000;
    expect(await gateway.send(document)).toMatchObject({ status: 200, data: { gateway: { version: 'test' } } });
    expect((await over()).status).toBe(429);
  });

  test('does not limit others, also if the same service acts for both', async () => {
    expect((await over('bob')).status).toBe(200);
    expect((await over('alice-via-chatops')).status).toBe(429);
  });

  test('writes nothing and reads nothing', async () => {
    const append = jest.spyOn(ledger, 'appendEntry');
    const commit = jest.spyOn(ledger, 'commit');
    expect((await gateway.send(createDocument, { input })).status).toBe(429);
    expect(append).not.toHaveBeenCalled();
    expect(commit).not.toHaveBeenCalled();
    expect(gateway.simulator.control.requests()).toEqual([]);
  });

  test('leaves a warning in the log', async () => {
    await over();
    expect(gateway.logged.filter(({ level }) => level === 'warn')).toMatchObject([
      {
        message: 'Request answered.',
        fields: { code: 'RATE_LIMITED', principalId: 'https://issuer.example#alice' },
      },
    ]);
  });
});

test('a service has the rate that the inventory gives it', async () => {
  const id = 'https://issuer.example#chatops';
  const requestLimits = { burst: 1, perSecond: 0.5 };
  const limited = await openGateway({
    ledger,
    requestLimits,
    change: (deps) => {
      const services = deps.knownPrincipals.services.map((one) =>
        one.id === id ? { ...one, requestsPerSecond: 5 } : one,
      );
      return { ...deps, clock: () => now, knownPrincipals: { ...deps.knownPrincipals, services } };
    },
  });
  const statuses = async (as: string) => {
    const answers = [];
    for (let count = 0; count < 6; count += 1) answers.push((await limited.send(document, {}, as)).status);
    return answers;
  };
  expect(await statuses('chatops')).toEqual([200, 200, 200, 200, 200, 429]);
  expect((await statuses('alice')).slice(0, 2)).toEqual([200, 429]);
  now += 1_000;
  expect(await statuses('chatops')).toEqual([200, 200, 200, 200, 200, 429]);
  await limited.close();
});
