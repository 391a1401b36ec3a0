import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const pages = ['*.md', 'docs/**/*.md', 'test/reliability/**/*.md', 'packages/*/*.md', 'examples/{,*/}*.md']
  .flatMap((pattern) => globSync(pattern, { cwd: root }))
  .sort();

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(page: string): readonly string[] {
  const headings = readFileSync(page, 'utf8')
    .replace(/```[^]*?```/g, '')
    .matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test.each(pages)('the relative links of %s lead to files and headings', (page) => {
  const links = [...readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:)([^)\s]+)\)/g)];
  const broken = links.flatMap(([, link = '']) => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? join(root, page) : join(root, dirname(page), path);
    if (!existsSync(target)) return [link];
    return anchor === undefined || anchorsOf(target).includes(anchor) ? [] : [link];
  });
  expect(broken).toEqual([]);
});

test.each(pages)('the code blocks and tables of %s are complete', (page) => {
  const lines = readFileSync(join(root, page), 'utf8').split('\n');
  const fences = lines.filter((line) => /^ *`{3,}/.test(line)).map((line) => line.trim());
  const isRight = (fence: string, index: number) => (index % 2 === 0 ? /^```[^`]*$/ : /^```$/).test(fence);
  expect(fences.filter((fence, index) => !isRight(fence, index))).toEqual([]);
  expect(fences.length % 2).toBe(0);
  const headless = lines.filter((line, index) => /^ *\| -/.test(line) && !/^ *\|/.test(lines[index - 1] ?? ''));
  expect(headless).toEqual([]);
});
