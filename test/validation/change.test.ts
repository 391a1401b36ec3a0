import { validateDelete } from '../../src/validation/change.ts';
import { defaults } from './create-input.ts';

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

test.each([null, undefined])('accepts %s for expectedModifiedAt', (expectedModifiedAt) => {
  expect(validateDelete({ ...input, expectedModifiedAt }, defaults)).toMatchObject({
    kind: 'valid',
    request: { expectedModifiedAt: null },
  });
});
