import { makeTokenSource, SignInEnded } from '../src/sign-in/tokens.ts';
import type { Tokens } from '../src/sign-in/tokens.ts';

const first: Tokens = { access: 'first', refresh: 'refresh', lifetimeSeconds: 600 };

/** A source of tokens whose issuer does what `renew` says, and a clock in milliseconds. */
function open(renew: (last: Tokens) => Promise<Tokens>, tokens = first) {
  let now = 0;
  const onEnded = jest.fn();
  const source = makeTokenSource(tokens, { renew, onEnded, clock: () => now });
  return { ...source, onEnded, passTo: (seconds: number) => void (now = seconds * 1_000) };
}

const next = (access: string) => async () => ({ access, refresh: null, lifetimeSeconds: 600 });

test('a token is used until a minute before it ends, and renewed then', async () => {
  const source = open(next('second'));
  source.passTo(539);
  expect(await source.token()).toBe('first');
  source.passTo(540);
  expect(await source.token()).toBe('second');
});

test('a token of a few seconds is not renewed with each request', async () => {
  const source = open(next('second'), { ...first, lifetimeSeconds: 20 });
  source.passTo(17);
  expect(await source.token()).toBe('first');
});

test('a token without a lifetime is used until the person signs out', async () => {
  const source = open(next('second'), { ...first, lifetimeSeconds: null });
  source.passTo(1_000_000);
  expect(await source.token()).toBe('first');
});

test('several requests wait for one renewal', async () => {
  const { promise, resolve } = Promise.withResolvers<Tokens>();
  const renew = jest.fn(() => promise);
  const source = open(renew);
  source.passTo(600);
  const asked = [source.token(), source.token()];
  resolve({ access: 'second', refresh: 'rotated', lifetimeSeconds: 600 });
  expect(await Promise.all(asked)).toEqual(['second', 'second']);
  expect(renew.mock.calls).toEqual([[first]]);
  expect(source.last().refresh).toBe('rotated');
});

test('after an outage of the issuer, the next request renews the token', async () => {
  const renew = jest.fn(next('second')).mockRejectedValueOnce(new Error('does not answer'));
  const source = open(renew);
  source.passTo(600);
  await expect(source.token()).rejects.toThrow('does not answer');
  expect(source.onEnded).not.toHaveBeenCalled();
  expect(await source.token()).toBe('second');
});

test('a sign-in that the issuer refuses to continue ends once, and the issuer is not asked again', async () => {
  const renew = jest.fn(() => Promise.reject(new SignInEnded()));
  const source = open(renew);
  source.passTo(600);
  await expect(source.token()).rejects.toThrow('Your sign-in has ended.');
  await expect(source.token()).rejects.toThrow('Your sign-in has ended.');
  expect([renew.mock.calls.length, source.onEnded.mock.calls.length]).toEqual([1, 1]);
});
