import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { foreignPart } from '../src/foreign-pages.ts';
import { simulate } from './simulation.ts';

describe('the part of a request that shows a foreign page', () => {
  const own = ['127.0.0.1:4100', 'localhost:4100', 'LOCALHOST:4100', 'localhost', '127.8.9.10:1', '[::1]:4100'];
  test.each(own)('a request is not of a foreign page where the host is %s', (host) => {
    expect(foreignPart({ host }, {})).toBeNull();
  });

  const foreign = [
    ...['attacker.example:4100', 'attacker.example', 'localhost.attacker.example', '127.0.0.1.attacker.example'],
    ...['10.0.0.1:4100', '127.0.0.256', '[::2]:4100', '::1', 'localhost:4100,attacker.example', 'a@localhost', ''],
  ];
  test.each(foreign)('the host "%s" shows a foreign page', (host) => {
    expect(foreignPart({ host }, {})).toBe('host');
  });

  test('a missing host shows a foreign page', () => {
    expect(foreignPart({}, {})).toBe('host');
  });

  test('a request is not of a foreign page where the host is allowed, or the one that the server listens on', () => {
    const hosts = ['gateway', '::ffff:127.0.0.1'];
    expect(foreignPart({ host: 'Gateway:4000' }, { hosts })).toBeNull();
    expect(foreignPart({ host: '[::ffff:7f00:1]:4000' }, { hosts })).toBeNull();
    expect(foreignPart({ host: 'gateway.example:4000' }, { hosts })).toBe('host');
  });

  test.each([
    ['localhost:4100', 'http://localhost:4100'],
    ['localhost:4100', 'http://127.0.0.1:4100'],
    ['[::1]:4100', 'http://localhost:4100'],
    ['localhost', 'http://localhost'],
    ['gateway:4000', 'http://gateway:4000'],
    ['localhost:4100', 'https://console.example'],
  ])('a request is not of a foreign page where the host is %s and the origin %s', (host, origin) => {
    expect(foreignPart({ host, origin }, { hosts: ['gateway'], origins: ['https://console.example'] })).toBeNull();
  });

  test.each([
    'https://attacker.example',
    'http://attacker.example:4100',
    'http://localhost:5173',
    'null',
    'file://',
    'http://localhost:4100,http://attacker.example',
    '',
  ])('the origin "%s" shows a foreign page', (origin) => {
    expect(foreignPart({ host: 'localhost:4100', origin }, { origins: ['https://console.example'] })).toBe('origin');
  });
});

describe('the simulator', () => {
  const send = async (url: string, headers: Record<string, string>, method = 'POST', path = '/_simulator/faults') => {
    const body = JSON.stringify({ operation: 'CreatePodIdentityAssociation', kind: 'throttle' });
    const sent = request(`${url}${path}`, { method, headers });
    sent.end(method === 'GET' ? undefined : body);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('error', reject);
      sent.once('response', resolve);
    });
    return { status: response.statusCode, body: await text(response) };
  };

  test('does not let a page of a rebound name inject a fault, and says what to set', async () => {
    const { url, control } = await simulate();
    const { port } = new URL(url);
    const { status, body } = await send(url, { host: `attacker.example:${port}` });
    expect(status).toBe(421);
    expect(body).toContain('EKS_SIMULATOR_ALLOWED_HOSTS');
    expect(control.pendingFaults()).toEqual([]);
  });

  test.each(['https://attacker.example', 'null'])(
    'does not let a page of the origin %s inject a fault',
    async (origin) => {
      const { url, control } = await simulate();
      const { status, body } = await send(url, { origin, 'content-type': 'text/plain' });
      expect([status, body]).toEqual([403, expect.stringContaining('may not use the simulator')]);
      expect(control.pendingFaults()).toEqual([]);
    },
  );

  test.each(['/clusters/apps-dev/pod-identity-associations', '/?Action=GetRole'])(
    'does not answer a rebound name on the path of an API: %s',
    async (path) => {
      const { url, control } = await simulate();
      expect((await send(url, { host: 'attacker.example' }, 'GET', path)).status).toBe(421);
      expect(control.requests()).toEqual([]);
    },
  );

  test('on all addresses has a loopback URL, and accepts the same names as on loopback', async () => {
    const { url } = await simulate({ host: '0.0.0.0' });
    expect(new URL(url).hostname).toBe('127.0.0.1');
    const statuses = ['localhost:49153', '0.0.0.0:4100', 'attacker.example'].map((host) => send(url, { host }));
    expect((await Promise.all(statuses)).map(({ status }) => status)).toEqual([200, 421, 421]);
  });

  test('answers to the names of its option', async () => {
    const { url, control } = await simulate({ allowedHosts: ['eks'] });
    expect((await send(url, { host: 'eks:4100' })).status).toBe(200);
    expect(control.pendingFaults()).toHaveLength(1);
  });
});
