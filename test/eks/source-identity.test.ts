import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { isSourceIdentity, sourceIdentityOf } from '../../src/eks/source-identity.ts';

/** What STS accepts (AssumeRole in its API reference). */
const accepted = /^[\w+=,.@-]{2,64}$/;

test.each([
  ['https://issuer.example#alice'],
  ['iam:111122223333:role/AWSReservedSSO_PlatformAdmin_0123456789abcdef/pat'],
  [''],
  ['aws:admin'],
  ['https://issuer.example#Ω漢😀\u0000\n<>&"\''],
  [`https://issuer.example#${'ä'.repeat(1_024)}`],
  ['\ud800'],
])('the source identity of %j has the form that STS accepts', (principalId) => {
  expect(sourceIdentityOf(principalId)).toMatch(accepted);
  expect(isSourceIdentity(sourceIdentityOf(principalId))).toBe(true);
});

test('every source identity has the form that STS accepts, and contains no part of the id', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 33, maxLength: 2_048 }), (principalId) => {
      expect(sourceIdentityOf(principalId)).toMatch(/^principal-[0-9a-f]{32}$/);
    }),
  );
});

test('a source identity can be computed with sha256sum', () => {
  const digest = createHash('sha256').update('https://issuer.example#alice', 'utf8').digest('hex');
  expect(sourceIdentityOf('https://issuer.example#alice')).toBe(`principal-${digest.slice(0, 32)}`);
});

test('ids that differ in little have different ones', () => {
  const ids = ['a#alice', 'a#alicia', 'a#Alice', 'a#alice ', 'b#alice'];
  expect(new Set(ids.map(sourceIdentityOf)).size).toBe(ids.length);
});

test.each(['', 'principal-', 'principal-0123', `principal-${'g'.repeat(32)}`, `user-${'0'.repeat(32)}`])(
  '%j is not a source identity',
  (text) => expect(isSourceIdentity(text)).toBe(false),
);
