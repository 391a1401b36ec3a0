import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';

/** The folder of the project. */
const root = join(import.meta.dirname, '..');

/** An entry of the navigation: a page of the site, as `/page`, or an address. */
export interface SidebarItem {
  readonly text: string;
  readonly link: string;
}

/** A heading of docs/README.md with what it lists. */
export interface SidebarGroup {
  readonly text: string;
  readonly collapsed: boolean;
  readonly items: readonly SidebarItem[];
}

/** The anchor that GitHub gives to a heading, so that one link works there and on the site. */
export function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');
}

/**
 * The address on the site for a link of a page. Pages keep theirs, a README is the index of its
 * folder, and everything else is in the repository. `page` is the path of the page in docs;
 * `repository` is an address without a slash at its end. Throws an error if the file does not
 * exist: VitePress finds dead links between pages only.
 */
export function siteLink(link: string, page: string, repository: string): string {
  if (/^([a-z][a-z\d+.-]*:|#|\/)/i.test(link)) return link;
  const [path = '', anchor] = link.split('#');
  const file = posix.normalize(posix.join('docs', posix.dirname(page), path));
  if (!existsSync(join(root, file))) throw new Error(`docs/${page} links to ${link}, which does not exist.`);
  const end = anchor === undefined ? '' : `#${anchor}`;
  if (file.startsWith('docs/') && file.endsWith('.md'))
    return `${path.replace(/(^|\/)README\.md$/, '$1index.md')}${end}`;
  const kind = statSync(join(root, file)).isDirectory() ? 'tree' : 'blob';
  return `${repository}/${kind}/main/${file}${end}`;
}

/**
 * The navigation: what the introduction of docs/README.md links to, its headings with the first
 * link of each row or list item, and the decisions.
 */
export function sidebarOf(repository: string): readonly SidebarGroup[] {
  const [introduction = '', ...sections] = readFileSync(join(root, 'docs', 'README.md'), 'utf8').split(/^## /m);
  const first = itemsOf(introduction, /\[([^\]]+)\]\(([^)]+)\)/g, 'README.md', repository);
  const groups = sections.map((section) => {
    const [text = ''] = section.split('\n');
    return { text, collapsed: false, items: itemsOf(section, rows, 'README.md', repository) };
  });
  const decisions = readFileSync(join(root, 'docs', 'decisions', 'README.md'), 'utf8');
  const items = itemsOf(decisions, rows, 'decisions/README.md', repository);
  const start = { text: 'Start', collapsed: false, items: first };
  return [start, ...groups, { text: 'Decisions', collapsed: true, items }];
}

/** The link at the beginning of a list item or a row, after the number that decisions have there. */
const rows = /^(?:\| *(?:\d+ \| *)?|- )\[([^\]]+)\]\(([^)]+)\)/gm;

/** The links that a pattern finds in the text of a page, in its order. */
function itemsOf(text: string, pattern: RegExp, page: string, repository: string): readonly SidebarItem[] {
  return [...text.matchAll(pattern)].map(([, label = '', link = '']) => ({
    text: label.charAt(0).toUpperCase() + label.slice(1),
    link: sidebarLink(siteLink(link, page, repository), page),
  }));
}

/** An absolute form of a link of `siteLink`: the navigation is the same on every page. */
function sidebarLink(link: string, page: string): string {
  if (/^[a-z]+:/.test(link)) return link;
  return `/${posix.join(posix.dirname(page), link)}`.replace(/(index)?\.md(?=#|$)/, '');
}
