import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBrowser } from '../packages/page/test/browser/setup.ts';
import type { OpenPage } from '../packages/page/test/browser/support.ts';
import { makeSqliteLedger } from '../packages/sqlite-ledger/src/ledger.ts';
import { runCommand, UsageError } from '../tools/command.ts';
import { fillFleet } from './fleet-fill.ts';
import { clusters, makeFleetPolicies, perCluster } from './fleet-world.ts';
import { table } from './report.ts';
import { median, ratiosOf } from './statistics.ts';

const help = `Measures how long the page takes to show its first rows and all rows of 200 clusters with 10,000 associations, after a person has signed in,
in turns with a fleet of the same clusters that has none: there, until it says so. Prints a Markdown table. Requires Chromium.

Usage: npm run bench -- fleet-page [OPTIONS]

  --rounds N  how often each is opened (default: 10)
  -h, --help  print this text

FLEET_CLUSTERS  another number of clusters, with 50 associations in each
`;

const count = clusters.length * perCluster;

/** A page on a gateway of its own, with a ledger in a file. Milliseconds from the sign-in. */
interface Fleet {
  readonly open: () => Promise<{ readonly first: number; readonly all: number }>;
  readonly close: () => Promise<void>;
}

async function openFleet(isFilled: boolean): Promise<Fleet> {
  // It reads the address of the browser when it is loaded.
  const { openPage } = await import('../packages/page/test/browser/support.ts');
  const folder = mkdtempSync(join(tmpdir(), 'fleet-page-'));
  const policiesDirectory = makeFleetPolicies();
  const hour = '3600000';
  const settings = { SCAN_INTERVAL_MS: hour, RECONCILE_INTERVAL_MS: hour, LEDGER_FILE: join(folder, 'fleet.db') };
  const opened = await openPage({ folder, policiesDirectory, settings });
  const ledger = makeSqliteLedger({ file: settings.LEDGER_FILE });
  await fillFleet(ledger, Date.now() - 60_000, isFilled ? perCluster : 0);
  ledger.close();
  return {
    open: () => timesOf(opened, isFilled),
    close: async () => {
      await opened.close();
      for (const one of [folder, policiesDirectory]) rmSync(one, { recursive: true });
    },
  };
}

/** Signs in as an auditor in a new context, and waits for rows. */
async function timesOf({ newContext, origin }: OpenPage, isFilled: boolean) {
  const context = await newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  await page.goto(origin);
  const button = page.getByRole('button', { name: /^olivia / });
  await button.waitFor();
  const all = `${(isFilled ? count : 0).toLocaleString('en')} associations`;
  const first = isFilled ? '.rows .row' : null;
  const times = page.evaluate(measureInPage, { first, all });
  await button.click();
  const measured = await times;
  await context.close();
  return measured;
}

// Names of the page, whose types are not those of Node.js.
declare const document: {
  querySelector: (selector: string) => { readonly textContent: string } | null;
  addEventListener: (type: 'click', listener: () => void, options: { capture: true; once: true }) => void;
};
declare class MutationObserver {
  constructor(onChange: () => void);
  observe(target: typeof document, options: { subtree: true; childList: true; characterData: true }): void;
  disconnect(): void;
}
declare function requestAnimationFrame(draw: () => void): void;

/**
 * Runs in the page, because Playwright looks only each half second. Milliseconds from the click to
 * the frame after which the rows are there: the first ones, and all, as the status says. Without a
 * selector of the first one, both are the same.
 */
function measureInPage({ first, all }: { readonly first: string | null; readonly all: string }) {
  return new Promise<{ readonly first: number; readonly all: number }>((resolve) => {
    let [clickedAt, firstMs] = [0, 0];
    document.addEventListener('click', () => (clickedAt = performance.now()), { capture: true, once: true });
    const observer = new MutationObserver(() => {
      if (firstMs === 0 && first !== null && document.querySelector(first)) {
        requestAnimationFrame(() => (firstMs = performance.now() - clickedAt));
      }
      const status = document.querySelector('[role=status]')?.textContent ?? '';
      if (status !== all && !status.startsWith(`${all},`)) return;
      observer.disconnect();
      requestAnimationFrame(() => {
        const allMs = performance.now() - clickedAt;
        resolve({ first: first === null ? allMs : firstMs, all: allMs });
      });
    });
    observer.observe(document, { subtree: true, childList: true, characterData: true });
  });
}

process.exitCode = await runCommand({
  help,
  options: { rounds: { type: 'string', default: '10' } },
  run: async ({ rounds }) => {
    if (!(Number(rounds) > 0)) throw new UsageError('--rounds must be a number above 0.');
    await startBrowser();
    if (!globalThis.startedBrowser) throw new Error('There is no Chromium (Debian: apt-get install chromium).');
    const [empty, full] = [await openFleet(false), await openFleet(true)];
    const times = { empty: [] as number[], first: [] as number[], all: [] as number[] };
    // The first round builds the page and fills caches.
    for (let round = 0; round <= Number(rounds); round += 1) {
      const [without, filled] = [await empty.open(), await full.open()];
      if (round === 0) continue;
      times.empty.push(without.all);
      times.first.push(filled.first);
      times.all.push(filled.all);
    }
    for (const one of [empty, full]) await one.close();
    await globalThis.startedBrowser.close();
    const row = (name: string, ms: readonly number[]) => {
      const [ratio, quartiles] = ratiosOf(ms, times.empty);
      return [name, median(ms), ratio.toFixed(2), quartiles];
    };
    const shown = count.toLocaleString('en');
    const body = [
      row('an empty fleet', times.empty),
      row(`the first rows of ${shown}`, times.first),
      row('all rows', times.all),
    ];
    process.stdout.write(`${table(['until the page shows', 'ms', 'of an empty fleet', 'quartiles'], body)}\n`);
    return 0;
  },
});
