import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSqliteLedger } from '../packages/sqlite-ledger/src/ledger.ts';
import { openPage } from '../packages/page/test/browser/support.ts';
import type { OpenPage } from '../packages/page/test/browser/support.ts';
import { runCommand } from '../tools/command.ts';
import { fillFleet } from './fleet-fill.ts';
import { makeFleetPolicies, perCluster } from './fleet-world.ts';
import { table } from './report.ts';
import { scrollTime, trailTimes } from './page-trail.ts';
import type { OpenedPage } from './page-trail.ts';
import { median } from './statistics.ts';
import { fill } from './trail-stores.ts';

const help = `Measures the page in Chromium against the local gateway: over 200 clusters with 10,000 associations and with 100,000 audit entries, beside the same
clusters without any. Prints a Markdown table of medians; both are measured in turns.

Usage: npm run bench -- page [--rounds N]

  --rounds N  how often the page is opened, by default 5
  -h, --help  print this text
`;

/** Entries of the long trail. */
const trailLength = 100_000;

/** Milliseconds by what was measured. */
type Times = Readonly<Record<string, number>>;

/** A world with a number of associations in each cluster, and the page on it. */
interface Fleet {
  readonly opened: OpenPage;
  readonly close: () => Promise<void>;
}

async function openFleet(associations: number): Promise<Fleet> {
  const [folder, policiesDirectory] = [mkdtempSync(join(tmpdir(), 'bench-page-')), makeFleetPolicies()];
  const ledger = makeSqliteLedger({ file: join(folder, 'ledger.sqlite') });
  await fillFleet(ledger, Date.now(), associations);
  if (associations > 0) await fill('SQLite', ledger, trailLength, 500, 1);
  ledger.close();
  // What is stored is not in the simulated EKS: a scan would delete it.
  const opened = await openPage({ folder, policiesDirectory, settings: { SCAN_INTERVAL_MS: '3600000' } });
  const close = async () => {
    await opened.close();
    for (const one of [folder, policiesDirectory]) rmSync(one, { recursive: true });
  };
  return { opened, close };
}

/** Opens the page once, and uses it. Times are those of the browser. */
async function measure({ opened }: Fleet, associations: number): Promise<Times> {
  const context = await opened.browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  await page.goto(opened.origin);
  const signIn = page.getByRole('button', { name: /^olivia\b/ });
  await signIn.waitFor();
  const firstPaint = await page.evaluate<number>(`performance.getEntriesByName('first-contentful-paint')[0].startTime`);
  const startedAt = performance.now();
  await signIn.click();
  await page.locator('.fleet-body :is(.row-link, .empty)').first().waitFor();
  const firstRows = performance.now() - startedAt;
  const all = associations * 200;
  await page.getByText(`${all.toLocaleString('en')} associations`).waitFor();
  const searchable = performance.now() - startedAt;
  const times = {
    'first paint': firstPaint,
    'sign-in until the first rows': firstRows,
    'sign-in until all rows are loaded and searched': searchable,
    'a key stroke in the search, until it is painted': await searchTime(page),
    'a frame while the list is scrolled': await scrollTime(page),
    'the picture, until it is painted': await pictureTime(page),
    ...(await trailTimes(page, associations === 0 ? 0 : trailLength)),
  };
  await context.close();
  return times;
}

/**
 * The median of key strokes that spell a name and delete it again, each until the frame after it is
 * painted.
 */
async function searchTime(page: OpenedPage): Promise<number> {
  const strokes = await page.evaluate<number[]>(`(async () => {
    const input = document.querySelector('[type=search]');
    const word = 'payments/service-12';
    const times = [];
    for (let at = 1; at < word.length * 2; at += 1) {
      const startedAt = performance.now();
      input.value = word.slice(0, word.length - Math.abs(word.length - at));
      input.dispatchEvent(new Event('input', { bubbles: true }));
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      times.push(performance.now() - startedAt);
    }
    return times;
  })()`);
  return median(strokes);
}

async function pictureTime(page: OpenedPage): Promise<number> {
  return page.evaluate<number>(`(async () => {
    const startedAt = performance.now();
    location.hash = '#/fleet?show=picture';
    const isThere = () => document.querySelector('.fleet-picture path, .empty') !== null;
    do await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    while (!isThere());
    return performance.now() - startedAt;
  })()`);
}

process.exitCode = await runCommand({
  help,
  options: { rounds: { type: 'string', default: '5' } },
  run: async ({ rounds }) => {
    const [empty, full] = [await openFleet(0), await openFleet(perCluster)];
    const [without, withAll]: [Times[], Times[]] = [[], []];
    for (let round = 0; round < Number(rounds); round += 1) {
      without.push(await measure(empty, 0));
      withAll.push(await measure(full, perCluster));
    }
    await empty.close();
    await full.close();
    const of = (all: readonly Times[], name: string) => median(all.map((times) => times[name] ?? NaN));
    const rows = Object.keys(withAll[0] ?? {}).map((name) => {
      const [ms, emptyMs] = [of(withAll, name), of(without, name)];
      return Number.isNaN(emptyMs) ? [name, null, ms, null] : [name, emptyMs, ms, ms / emptyMs];
    });
    process.stdout.write(`${table(['what', 'empty, ms', 'full, ms', 'ratio'], rows)}\n`);
    return 0;
  },
});
