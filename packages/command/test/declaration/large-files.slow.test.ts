// Quick test: packages/command/test/declaration/bad-files.test.ts.
import { binding, head, problemsOf, wrong } from './bad-file.ts';

test('200 mistakes in 10,000 bindings are all shown', async () => {
  const bindings = Array.from({ length: 10_000 }, (_, index) => {
    const text = binding.replace('[api]', `[api-${index}]`);
    return index % 50 === 0 ? wrong(text) : text;
  });
  const lines = await problemsOf(head + bindings.join(''));
  const places = Array.from({ length: 200 }, (_, index) => `${5 + index * 200}:18`);
  expect(lines.map((line) => line.split(': ', 1)[0])).toEqual(places);
}, 120_000);

test.each([
  ['errors in one line', ']'.repeat(200_000)],
  ['keys', head + 'x: 1\n'.repeat(40_000)],
  ['aliases', `a: [&a x${', *a'.repeat(60_000)}]`],
  ['documents', `${head}[]\n---\n`.repeat(6_000)],
  ['empty documents', '---\n'.repeat(50_000)],
  ['lines with a syntax error', 'a: b: c\n'.repeat(25_000)],
  ['equal items', `${head}  - { namespaces: [${'a, '.repeat(1_000)}] }\n`.repeat(20)],
  ['bytes', Buffer.alloc(1_000_000, 0xe4)],
])(
  'many %s take time linear in their number',
  async (_, content) => {
    expect((await problemsOf(content)).length).toBeGreaterThan(0);
  },
  120_000,
);

test('a file of more than 16 MiB is not read', async () => {
  expect(await problemsOf(`# ${'x'.repeat(16 * 1024 * 1024)}\n`)).toEqual([
    expect.stringContaining('larger than 16 MiB. Split it into several files.'),
  ]);
});
