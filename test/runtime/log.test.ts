import { makeLog } from '../../src/runtime/log.ts';

/** The line that a log writes for these fields, and the object in it. */
function logged(fields: Record<string, unknown>) {
  const lines: string[] = [];
  makeLog((line) => lines.push(line))('info', 'Request answered.', fields);
  const [line = ''] = lines;
  return { count: lines.length, bytes: Buffer.byteLength(line), value: JSON.parse(line) as Record<string, unknown> };
}

test('writes one JSON object a line', () => {
  const { count, value } = logged({ code: 'FORBIDDEN', errors: [{ path: 'a\nb' }] });
  expect(count).toBe(1);
  expect(value).toEqual({
    time: expect.any(String),
    level: 'info',
    message: 'Request answered.',
    code: 'FORBIDDEN',
    errors: [{ path: 'a\nb' }],
  });
});

test.each([
  ['texts', Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`f${index}`, '\u0007€"'.repeat(10_000)]))],
  ['many fields', Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`f${index}`, 'x'.repeat(1_000)]))],
  ['a list', { errors: Array.from({ length: 10_000 }, () => ({ path: 'x' })) }],
  ['a surrogate at the cut', { detail: '😀'.repeat(9_000) }],
])('shortens a line with %s to 8 KB, and keeps its numbers', (_, fields) => {
  const { bytes, value } = logged({ status: 400, code: 'BAD_REQUEST', ...fields });
  expect(bytes).toBeLessThanOrEqual(8_192);
  expect(value).toMatchObject({ level: 'info', status: 400, code: 'BAD_REQUEST', truncated: true });
  expect(Object.values(value).map(String).join('').isWellFormed()).toBe(true);
});
