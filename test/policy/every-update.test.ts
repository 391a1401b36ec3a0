import { readPolicySources } from '../../src/policy/load.ts';
import { updatesUnder, wronglyJudged } from '../support/every-update.ts';
import { association, context, alice, forbidWhen, permitAll, shipped } from '../support/policy-sample.ts';

const active = readPolicySources(shipped);

test('the shipped policies: an update is said to be possible exactly where one is permitted', () => {
  expect(wronglyJudged(active)).toEqual({ differing: [], failures: [] });
});

describe('a rule', () => {
  const { schema } = active;
  const mayUpdate = (...policies: readonly string[]) =>
    updatesUnder({ schema, policies: { 'test.cedar': policies.join('\n') } }).mayUpdate(context(alice), association());
  const update = 'action == PodIdentity::Action::"UpdatePodIdentityAssociation"';
  const forbidUpdate = (condition: string) => forbidWhen(condition, `forbid (principal, ${update}, resource)`);
  const permitUpdate = (condition: string) => forbidWhen(condition, `permit (principal, ${update}, resource)`);

  test.each([
    ['resource.settings.sessionTagsDisabled || resource.namespace.name == "payments"', false],
    ['!resource.settings.sessionTagsDisabled && resource.namespace.name == "payments"', true],
    ['resource.hasTag("team")', false],
    ['resource.hasTag("team") && resource.settings.role.name like "payments*"', true],
    ['resource.hasTag("team") || resource.settings.role.name like "payments*"', false],
    ['!context.clearsExpiresAt', true],
    ['!(context has lifetimeHours)', true],
    ['context.current.role.name like "payments*"', false],
    ['context.current.role.name like "payments*" && context.current != resource.settings', true],
  ])('that forbids where %s leaves an update possible: %s', (condition, expected) => {
    expect(mayUpdate(permitAll, forbidUpdate(condition))).toBe(expected);
  });

  test.each([
    ['resource.settings.sessionTagsDisabled', true],
    ['resource.settings.sessionTagsDisabled && resource.namespace.name == "search"', false],
    ['resource.hasTag("none")', false],
    ['context.current.sessionTagsDisabled', false],
  ])('that permits where %s makes an update possible: %s', (condition, expected) => {
    expect(mayUpdate(permitUpdate(condition))).toBe(expected);
  });
});
