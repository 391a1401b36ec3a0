import { createHash } from 'node:crypto';
import { cursorOf, readCursor } from '../../src/validation/paging.ts';

/** A cursor of any content, sealed as the gateway seals its own. */
function sealed(text: string): string {
  const content = Buffer.from(text).toString('base64url');
  return `${content}.${createHash('sha256').update(content).digest('base64url').slice(0, 12)}`;
}

test('a cursor gives back the position that it was made of', () => {
  expect(readCursor('query', cursorOf('query', { id: 7 }))).toEqual({ kind: 'position', position: { id: 7 } });
});

test.each(['not JSON', '"a text"', '{"0": 1}', 'null', '[]', '[2, "another version"]'])(
  'one that is sealed right and holds %s is a finding',
  (text) => {
    expect(readCursor('query', sealed(text))).toMatchObject({ kind: 'invalid', finding: { path: 'after' } });
  },
);
