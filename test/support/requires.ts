/**
 * As `test`, but where the machine lacks something that the test needs, it is skipped with a line that says what. In CI it
 * runs nevertheless, and fails.
 *
 * @param missing what is missing and how to get it; null where nothing is
 */
export function testUnless(missing: string | null): jest.It {
  return isSkipped(missing) ? test.skip : test;
}

/** As `testUnless`, for `describe`. */
export function describeUnless(missing: string | null): jest.Describe {
  return isSkipped(missing) ? describe.skip : describe;
}

function isSkipped(missing: string | null): boolean {
  if (missing === null || process.env.CI) return false;
  process.stderr.write(`Skipped tests of ${fileOf(expect.getState().testPath)}: ${missing}.\n`);
  return true;
}

function fileOf(path = 'this run'): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
