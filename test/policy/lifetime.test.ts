import { alice, context, create, forbidWhen, over, permitAll, update } from '../support/policy-sample.ts';

const now = Date.parse('2026-11-02T09:00:00Z');
const onBoth =
  'forbid (principal, action in [PodIdentity::Action::"CreatePodIdentityAssociation", PodIdentity::Action::"UpdatePodIdentityAssociation"], resource)';
const denies = (condition: string, request = create(), effect = onBoth) => {
  const { allowed, failed } = over(permitAll, forbidWhen(condition, effect)).authorize(
    context(alice, { now }),
    request,
  );
  expect(failed).toBe(false);
  return !allowed;
};
const onUpdate = onBoth.replace('PodIdentity::Action::"CreatePodIdentityAssociation", ', '');
const extended = (expiresAt: string | null) => ({ ...update(), expiresAt }) as ReturnType<typeof update>;

test.each([
  ['one hour', '2026-11-02T10:00:00Z', 1],
  ['a second more', '2026-11-02T10:00:01Z', 2],
  ['a second', '2026-11-02T09:00:01Z', 1],
  ['no time, after the expiry', '2026-11-02T08:00:00Z', 0],
])('lifetimeHours of %s are rounded up, in creates and updates', (_, expiresAt, hours) => {
  for (const request of [create({ expiresAt }), extended(expiresAt)])
    expect(denies(`context has lifetimeHours && context.lifetimeHours == ${hours}`, request)).toBe(true);
});

test('lifetimeHours are absent where a request sets no expiry', () => {
  for (const request of [create(), update(), extended(null)])
    expect(denies('context has lifetimeHours', request)).toBe(false);
});

test('clearsExpiresAt tells an update that clears the expiry from one that leaves it', () => {
  expect(denies('context.clearsExpiresAt', extended(null), onUpdate)).toBe(true);
  for (const request of [update(), extended('2026-11-02T10:00:00Z')])
    expect(denies('context.clearsExpiresAt', request, onUpdate)).toBe(false);
});
