import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeUnless } from '../../../../test/support/requires.ts';
import { axeViolations, missingBrowser, openPage, screenshot } from './support.ts';
import type { OpenPage } from './support.ts';
import { beginWorld, fillWorld, world } from './fleet-world.ts';
import type { FilledWorld } from './fleet-world.ts';

const settings = { SCAN_INTERVAL_MS: '500', SCAN_MAX_AGE_MS: '500' };

describeUnless(missingBrowser)('who has what', () => {
  let opened: OpenPage;
  let folder: string;
  let filled: FilledWorld;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'page-fleet-'));
    await beginWorld(folder);
    opened = await openPage({ world, folder, settings });
    filled = await fillWorld(opened.gateway);
  });
  afterAll(async () => {
    await opened.close();
    rmSync(folder, { recursive: true });
  });

  test('first', async () => {
    const page = await opened.signedIn('pat');
    page.on('pageerror', (error) => console.error(error));
    await page.getByText('8 associations').waitFor();
    await screenshot(page, 'fleet-list-light');
    console.log(await axeViolations(page), filled);
  });
});
