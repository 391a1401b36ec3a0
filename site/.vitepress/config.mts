import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type MarkdownIt from 'markdown-it';
import { defineConfig } from 'vitepress';
import type { Plugin } from 'vite';
import { sidebarOf, siteLink, slugOf } from '../pages.ts';

// GitHub sets these in a workflow. Elsewhere, links that leave docs/ lead to a placeholder.
const { GITHUB_SERVER_URL = 'https://github.com', GITHUB_REPOSITORY, SITE_BASE } = process.env;
const repository = `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY ?? 'example/pod-identity-gateway'}`;

const docs = join(import.meta.dirname, '..', '..', 'docs');
const cedar = JSON.parse(readFileSync(join(import.meta.dirname, 'cedar.tmLanguage.json'), 'utf8'));

export default defineConfig({
  title: 'pod-identity-gateway',
  description: 'Policy, idempotency and an audit trail for EKS Pod Identity associations',
  srcDir: '../docs',
  // GitHub Pages serves a repository under its name; a domain of its own needs SITE_BASE=/.
  base: SITE_BASE ?? (GITHUB_REPOSITORY ? `/${GITHUB_REPOSITORY.split('/')[1]}/` : '/'),
  cleanUrls: true,
  ignoreDeadLinks: false,
  rewrites: { 'README.md': 'index.md', 'decisions/README.md': 'decisions/index.md' },
  markdown: {
    languages: [cedar],
    anchor: { slugify: slugOf },
    config: (md) => {
      rewriteLinks(md);
      drawDiagrams(md);
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    sidebar: sidebarOf(repository).map(({ text, collapsed, items }) => ({ text, collapsed, items: [...items] })),
    socialLinks: GITHUB_REPOSITORY ? [{ icon: 'github', link: repository }] : [],
  },
  vite: {
    plugins: [resolveFromSite()],
    // A diagram loads its library when it is shown: it is in no page's first load.
    build: { chunkSizeWarningLimit: 1500 },
  },
});

/** Links that leave docs/ lead to the repository. */
function rewriteLinks(md: MarkdownIt) {
  md.core.ruler.push('site-links', ({ tokens, env }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null;
      if (href !== null)
        token.attrSet('href', siteLink(href, env.relativePath.replace(/index\.md$/, 'README.md'), repository));
    }
  });
}

/** Fences with the language mermaid become diagrams, as on GitHub. */
function drawDiagrams(md: MarkdownIt) {
  const { fence } = md.renderer.rules;
  md.renderer.rules.fence = (tokens, at, ...rest) => {
    const { info = '', content = '' } = tokens[at] ?? {};
    if (info.trim() !== 'mermaid') return fence?.(tokens, at, ...rest) ?? '';
    return `<Diagram source="${encodeURIComponent(content)}" />`;
  };
}

/** Pages are compiled to modules that import Vue. They are outside of this folder, where it would not be found. */
function resolveFromSite(): Plugin {
  return {
    name: 'resolve-from-site',
    enforce: 'pre',
    resolveId(id, importer) {
      const isOfPage = importer?.startsWith(docs) === true && /^vue(\/|$)/.test(id);
      return isOfPage ? this.resolve(id, import.meta.filename, { skipSelf: true }) : null;
    },
  };
}
