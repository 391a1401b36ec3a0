import TestSequencer from '@jest/test-sequencer';

/**
 * The files that take longest, the longest first. Most are small: without the times of an earlier
 * run, as on a clean checkout, Jest would begin with the largest files, and end with one worker that
 * waits for the other.
 */
const longest = [
  'test/reliability/two-builds/storm.test.ts',
  'packages/page/test/browser/views.browser.test.ts',
  'test/lambda/bundle.slow.test.ts',
  'test/reliability/matrix/matrix.test.ts',
  'test/reliability/conditions.test.ts',
  'test/deploy/lint.slow.test.ts',
  'test/policy-versions/hostile-versions.slow.test.ts',
  'test/deploy/permissions.slow.test.ts',
  'test/reliability/search/search.test.ts',
  'test/reliability/events.test.ts',
  'packages/command/test/command-lines/command-lines.aws-cli.test.ts',
  'packages/local-gateway/test/image.slow.test.ts',
  'test/reliability/processes/processes.test.ts',
  'test/policy/every-update.slow.test.ts',
  'test/deploy/sizes.slow.test.ts',
  'packages/command/test/signer/signer.aws-cli.test.ts',
  'packages/command/test/adopt.test.ts',
  'test/operations/expire-bursts.test.ts',
];

/** The position of a file in {@link longest}; behind all of them for others, and where a run has shown how long it takes. */
const positionOf = (/** @type {Parameters<TestSequencer['sort']>[0][number]} */ { path, duration }) => {
  const index = longest.findIndex((name) => path.endsWith(`/${name}`));
  return duration !== undefined || index < 0 ? longest.length : index;
};

/** Begins with the files that take longest, as Jest does where it knows how long they take. */
export default class Sequencer extends TestSequencer {
  /** @type {TestSequencer['sort']} */
  sort(tests) {
    return [...super.sort(tests)].sort((one, other) => positionOf(one) - positionOf(other));
  }
}
