import { makeWebhook } from '../../../src/events/webhook.ts';
import { eventOf } from '../../../src/events/event.ts';
import type { SeenRequest } from '../../../test/support/answering-server.ts';
import { startAnsweringServer } from '../../../test/support/answering-server.ts';
import { auditEntry } from '../../../test/support/ledger-samples.ts';
import { closeAtEnd } from '../../../test/support/left-open.ts';
import { verifyWebhook } from '../src/index.ts';
import type { WebhookDelivery } from '../src/index.ts';

const secretOf = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;
const [old, current, other] = [secretOf(1), secretOf(2), secretOf(3)] as const;
const event = eventOf(auditEntry({ event: 'SUCCEEDED', onBehalfOf: 'Zoë 🦜' }), null);

interface Delivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What the gateway sends, with these secrets. */
async function deliveryBy(...secrets: string[]): Promise<Delivery> {
  const server = await startAnsweringServer((response) => void response.writeHead(204).end());
  const stop = closeAtEnd(server.stop);
  const now = { clock: Date.now, sleep: () => Promise.resolve() };
  const target = makeWebhook({ url: server.endpoint, secrets: () => Promise.resolve(secrets), ...now });
  expect(await target.send([event], Date.now() + 60_000)).toEqual([{ kind: 'sent' }]);
  await stop();
  const [{ headers, body }] = server.seen as [SeenRequest];
  return { headers: headers as Record<string, string>, body };
}

let delivery: Delivery;
beforeAll(async () => {
  delivery = await deliveryBy(current);
});

test('a delivery of the gateway is verified, and its event returned', async () => {
  expect(await verifyWebhook(delivery, { secrets: [current] })).toEqual(event);
  expect(await verifyWebhook({ ...delivery, headers: new Headers(delivery.headers) }, { secrets: [current] })).toEqual(
    event,
  );
});

test('during a rotation, sender and receiver may each have one or both of the secrets', async () => {
  const both = await deliveryBy(old, current);
  for (const secrets of [[old], [current], [old, current], [current, other]]) {
    expect(await verifyWebhook(both, { secrets })).toEqual(event);
  }
  expect(await verifyWebhook(delivery, { secrets: [old, current] })).toEqual(event);
  await expect(verifyWebhook(both, { secrets: [other] })).rejects.toThrow('No signature');
});

test('the example of the specification is verified', async () => {
  const headers = {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v2,x v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  };
  // cspell:disable-next-line
  const given = { secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], clock: () => 1_614_265_400_000 };
  expect(await verifyWebhook({ headers, body: '{"test": 2432232314}' }, given)).toEqual({ test: 2_432_232_314 });
});

test.each<[string, (one: Delivery) => WebhookDelivery, string]>([
  [
    'another body',
    (one) => ({ ...one, body: one.body.replace('SUCCEEDED', 'REFUSED').replace('alice', 'bob') }),
    'No signature',
  ],
  ['another id', (one) => ({ ...one, headers: { ...one.headers, 'webhook-id': 'x' } }), 'No signature'],
  [
    'no signature',
    (one) => ({ ...one, headers: { ...one.headers, 'webhook-signature': '' } }),
    'no header webhook-signature',
  ],
  [
    'a signature of another version',
    (one) => ({ ...one, headers: { ...one.headers, 'webhook-signature': 'v1a,eA==' } }),
    'No signature',
  ],
  [
    'a signature that is not base64',
    (one) => ({ ...one, headers: { ...one.headers, 'webhook-signature': 'v1,%' } }),
    'No signature',
  ],
  [
    'a time that is not a number',
    (one) => ({ ...one, headers: { ...one.headers, 'webhook-timestamp': 'NaN' } }),
    'time of the delivery',
  ],
  ['no id', (one) => ({ ...one, headers: { 'webhook-timestamp': '1' } }), 'no header webhook-id'],
])('a delivery with %s is rejected', async (_, change, message) => {
  await expect(verifyWebhook(change(delivery), { secrets: [current] })).rejects.toThrow(message);
});

test.each([-301, 301])(
  'a delivery whose time is %i seconds away is rejected, also with a valid signature',
  async (seconds) => {
    const sentAt = Number(delivery.headers['webhook-timestamp']) * 1_000;
    const clock = () => sentAt + seconds * 1_000;
    await expect(verifyWebhook(delivery, { secrets: [current], clock })).rejects.toThrow('time of the delivery');
    expect(await verifyWebhook(delivery, { secrets: [current], clock, toleranceSeconds: 301 })).toEqual(event);
  },
);
