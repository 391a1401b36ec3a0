import { validateDelete, validateUpdate } from '../../src/validation/change.ts';
import { defaults } from '../support/create-input.ts';

const input = { clusterName: 'payments-prod', associationId: 'a-0123456789abcdefg' };

test.each([
  ['2026-11-24T10:00:00Z', '2026-11-24T10:00:00.000Z'],
  ['2026-11-24T11:00:00.25+01:00', '2026-11-24T10:00:00.250Z'],
  ['2026-11-24T10:00:00.123456789Z', '2026-11-24T10:00:00.123Z'],
  ['1969-12-31T23:59:59.9995Z', '1969-12-31T23:59:59.999Z'],
])('converts expectedModifiedAt %s to UTC with milliseconds', (expectedModifiedAt, canonical) => {
  const validated = validateDelete({ ...input, expectedModifiedAt }, defaults);
  expect(validated.kind === 'valid' && validated.request.expectedModifiedAt).toBe(canonical);
});

test.each(['2026-02-30T10:00:00Z', '2025-02-29T10:00:00Z', '2026-11-24T24:00:00Z', '2026-11-24', 'yesterday'])(
  'rejects expectedModifiedAt %j in an update and in a delete',
  (expectedModifiedAt) => {
    const update = { ...input, expectedModifiedAt, roleArn: 'arn:aws:iam::111122223333:role/payments/checkout' };
    for (const validated of [
      validateDelete({ ...input, expectedModifiedAt }, defaults),
      validateUpdate(update, defaults),
    ]) {
      const findings = validated.kind === 'invalid' ? validated.findings : [];
      expect(findings).toMatchObject([{ path: 'expectedModifiedAt', rule: 'timestamp' }]);
    }
  },
);

test.each([null, undefined])('accepts %s for expectedModifiedAt', (expectedModifiedAt) => {
  expect(validateDelete({ ...input, expectedModifiedAt }, defaults)).toMatchObject({
    kind: 'valid',
    request: { expectedModifiedAt: null },
  });
});

// GraphQL does not check values of the scalar DateTime.
test.each([123, true, {}, ['2026-11-24T10:00:00Z'], ''])('rejects %j for expectedModifiedAt', (value) => {
  const expectedModifiedAt = value as unknown as string;
  const validated = validateDelete({ ...input, expectedModifiedAt }, defaults);
  const findings = validated.kind === 'invalid' ? validated.findings : [];
  expect(findings).toMatchObject([{ path: 'expectedModifiedAt', rule: 'timestamp' }]);
});
