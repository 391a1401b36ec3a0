import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSqliteLedger } from '../packages/local-gateway/src/sqlite/ledger.ts';
import { openPage } from '../packages/page/test/browser/support.ts';
import type { OpenPage } from '../packages/page/test/browser/support.ts';
import { runCommand } from '../tools/command.ts';
import { fillFleet } from './fleet-fill.ts';
import { makeFleetPolicies, perCluster } from './fleet-world.ts';
import { table } from './report.ts';
import { median } from './statistics.ts';

const help = `Measures the page in Chromium against the local gateway: over 200 clusters with 10,000 associations, beside the same clusters without one.
Prints a Markdown table of medians; both are measured in turns.

Usage: npm run bench -- page [--rounds N]

  --rounds N  how often the page is opened, by default 5
  -h, --help  print this text
`;

type Page = Awaited<ReturnType<OpenPage['signedIn']>>;

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
  };
  await context.close();
  return times;
}

/** The median of key strokes that spell a name and delete it again, each until the frame after it is painted. */
async function searchTime(page: Page): Promise<number> {
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

/** The median of frames in each of which the list is scrolled by three rows, as a wheel does. */
async function scrollTime(page: Page): Promise<number> {
  const frames = await page.evaluate<number[]>(`(async () => {
    const list = document.querySelector('.table') ?? document.body;
    const times = [];
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    let last = await frame();
    for (let index = 0; index < 180; index += 1) {
      list.scrollTop += 108;
      const at = await frame();
      times.push(at - last);
      last = at;
    }
    return times;
  })()`);
  return median(frames);
}

async function pictureTime(page: Page): Promise<number> {
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
      return [name, emptyMs, ms, ms / emptyMs];
    });
    process.stdout.write(`${table(['what', 'no association, ms', '10,000, ms', 'ratio'], rows)}\n`);
    return 0;
  },
});
