import { runAll } from './run-all.ts';

const failure = new Error('The ledger is unavailable.');

let written = '';
beforeEach(() => {
  written = '';
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => (written += String(text)) !== '');
});
afterEach(() => jest.restoreAllMocks());

/** A case that fails as often, then answers how often it ran. */
function failingFirst(failures: number) {
  let runs = 0;
  return () => {
    runs += 1;
    return runs <= failures ? Promise.reject(failure) : Promise.resolve(runs);
  };
}

const notRun = -1;

async function resultsOf(run: () => Promise<number>, isConclusive = (runs: number) => runs !== notRun) {
  const results: number[] = [];
  const finish = (index: number, runs: number) => (results[index] = runs);
  await runAll(['a case'], { width: 2, run, isConclusive, failed: () => notRun, finish });
  return results;
}

test('a case that a busy machine could not run, or not conclude, runs up to three times more alone', async () => {
  expect(await resultsOf(failingFirst(0))).toEqual([1]);
  expect(await resultsOf(failingFirst(1))).toEqual([2]);
  expect(await resultsOf(failingFirst(3))).toEqual([4]);
  expect(await resultsOf(failingFirst(0), (runs) => runs > 2)).toEqual([3]);
});

test.each([
  ['alone', failure, 'The ledger is unavailable.\n'],
  [
    'with its cause',
    new Error('Could not run the case a', { cause: failure }),
    'Could not run the case a: The ledger is unavailable.\n',
  ],
])('an error after which a case runs again is told %s', async (_, thrown, expected) => {
  let runs = 0;
  await resultsOf(() => ((runs += 1) === 1 ? Promise.reject(thrown) : Promise.resolve(runs)));
  expect(written).toBe(expected);
});

test('a case that cannot be run alone either does not end the run of the others', async () => {
  expect(await resultsOf(failingFirst(Infinity))).toEqual([notRun]);
});
