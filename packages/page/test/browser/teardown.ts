import tearDownShared from '../../../../test/support/global-teardown.ts';

/** Closes the browser of the setup, and removes what all tests shared. */
export default async function tearDown(): Promise<void> {
  await globalThis.startedBrowser?.close();
  globalThis.startedBrowser = undefined;
  delete process.env.BROWSER_ENDPOINT;
  await tearDownShared();
}
