import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sidebarOf, siteLink, slugOf } from '../../site/pages.ts';

const root = join(import.meta.dirname, '..', '..');
const repository = 'https://github.com/example/gateway';

test.each([
  ['another page', 'policy.md#bounds', 'limits.md', 'policy.md#bounds'],
  ['a heading of the page', '#bounds', 'policy.md', '#bounds'],
  ['a README', 'decisions/README.md', 'README.md', 'decisions/index.md'],
  ['another site', 'https://docs.cedarpolicy.com', 'policy.md', 'https://docs.cedarpolicy.com'],
  ['a page from a folder', '../reliability.md', 'decisions/0023-reliability-tests.md', '../reliability.md'],
  ['a file of the project', '../schema.graphql', 'contract.md', `${repository}/blob/main/schema.graphql`],
  [
    'a README of a package',
    '../packages/client/README.md#x',
    'a.md',
    `${repository}/blob/main/packages/client/README.md#x`,
  ],
  ['a file beside the pages', 'event.schema.json', 'events.md', `${repository}/blob/main/docs/event.schema.json`],
  ['a folder', '../examples', 'clients.md', `${repository}/tree/main/examples`],
])('the site leads a link to %s to its place', (_, link, page, address) => {
  expect(siteLink(link, page, repository)).toBe(address);
});

test('the site rejects a link to a file that does not exist', () => {
  expect(() => siteLink('missing.md', 'policy.md', repository)).toThrow('docs/policy.md links to missing.md');
});

test('headings have the anchors that GitHub gives them', () => {
  expect(slugOf('`plan`, `apply` & more')).toBe('plan-apply--more');
});

test('the navigation leads to every page once, in the groups of docs/README.md', () => {
  const groups = sidebarOf(repository);
  const links = groups.flatMap(({ items }) => items.map(({ link }) => link));
  const pages = globSync('{*,decisions/*}.md', { cwd: join(root, 'docs') }).filter((page) => page !== 'README.md');
  const expected = pages.map((page) => `/${page.replace(/(README)?\.md$/, '')}`);
  expect(links.filter((link) => link.startsWith('/')).sort()).toEqual(expected.sort());
  const headings = readFileSync(join(root, 'docs', 'README.md'), 'utf8').matchAll(/^## (.+)$/gm);
  expect(groups.map(({ text }) => text)).toEqual(['Start', ...[...headings].map(([, text]) => text), 'Decisions']);
});
