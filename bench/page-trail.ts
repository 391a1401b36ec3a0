import type { OpenPage } from '../packages/page/test/browser/support.ts';
import { median } from './statistics.ts';

/** The page in a browser. */
export type OpenedPage = Awaited<ReturnType<OpenPage['signedIn']>>;

/** Entries that are scrolled to: each page of the API has 200. */
const scrolledTo = 2_000;

/**
 * Milliseconds by what was measured in the view of the trail, which has so many entries; NaN for
 * what needs some.
 */
export async function trailTimes(page: OpenedPage, length: number): Promise<Readonly<Record<string, number>>> {
  const first = await shown(page, '#/trail?scope=gateway', '.table .row-link, .empty');
  return {
    'the trail, until its first entries': first,
    'scrolling to 2,000 entries': length === 0 ? NaN : await loadTime(page),
    'a frame while the trail is scrolled': await scrollTime(page),
    'an entry, until it is open': length === 0 ? NaN : await openTime(page),
    'entries of one event, until the first ones': await shown(
      page,
      '#/trail?scope=gateway&events=SUCCEEDED',
      '.table .row-link, .empty',
    ),
  };
}

/** How long a view takes until an element is there. */
async function shown(page: OpenedPage, hash: string, selector: string): Promise<number> {
  const startedAt = performance.now();
  await page.evaluate(`location.hash = '#/operations'`);
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  await page.locator(selector).first().waitFor();
  return performance.now() - startedAt;
}

/** How long it takes to scroll until so many entries are loaded. */
async function loadTime(page: OpenedPage): Promise<number> {
  const startedAt = performance.now();
  const count = async () =>
    Number((await page.getByRole('status').first().innerText()).replaceAll(',', '').split(' ')[0]);
  while ((await count()) < scrolledTo) {
    await page.evaluate(`document.querySelector('.table').scrollTop = 1e9`);
    await page.waitForTimeout(20);
  }
  return performance.now() - startedAt;
}

async function openTime(page: OpenedPage): Promise<number> {
  await page.evaluate(`document.querySelector('.table').scrollTop = 0`);
  const startedAt = performance.now();
  await page.locator('.table .row-link').first().click();
  await page.getByText('To look it up').waitFor();
  return performance.now() - startedAt;
}

/** The median of frames in each of which the list is scrolled by three rows, as a wheel does. */
export async function scrollTime(page: OpenedPage): Promise<number> {
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
