import { createHash } from 'node:crypto';
import { cursorOf, readCursor } from '../../src/validation/paging.ts';

/** A cursor of any content, with a valid checksum. */
function cursorWith(text: string): string {
  const content = Buffer.from(text).toString('base64url');
  return `${content}.${createHash('sha256').update(content).digest('base64url').slice(0, 12)}`;
}

test('a cursor round-trips its position', () => {
  expect(readCursor('query', cursorOf('query', { id: 7 }))).toEqual({ kind: 'position', position: { id: 7 } });
});

test.each(['not JSON', '"a text"', '{"0": 1}', 'null', '[]', '[2, "another version"]'])(
  'rejects a cursor with a valid checksum and the content %s',
  (text) => {
    expect(readCursor('query', cursorWith(text))).toMatchObject({ kind: 'invalid', finding: { path: 'after' } });
  },
);
