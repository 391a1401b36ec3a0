import { makeClockCheck } from '../../src/runtime/clock-check.ts';

const clockErrorMs = 30_000;
/** The true time: a whole second. */
const trueTime = Date.UTC(2026, 10, 29, 12);
const dateAt = (ms: number) => new Date(ms).toUTCString();

/** A check of a clock that can be set. */
function open() {
  const state = { now: trueTime };
  const logged: unknown[] = [];
  const check = makeClockCheck({ clock: () => state.now, clockErrorMs, log: (...line) => void logged.push(line) });
  /** A call that takes no time, with the clock this far ahead, and an answer of the true time. */
  const call = (aheadMs: number, date: string | undefined = dateAt(trueTime)) => {
    state.now = trueTime + aheadMs;
    check.sent()(date);
    return check.isWrong();
  };
  return { state, logged, check, call };
}

test.each([
  [0, false],
  [clockErrorMs, false],
  // The header has no milliseconds.
  [clockErrorMs + 1_000, false],
  [clockErrorMs + 1_001, true],
  [-clockErrorMs, false],
  [-clockErrorMs - 1, true],
])('a clock that is %d ms ahead of an answer: wrong is %s', (aheadMs, isWrong) => {
  expect(open().call(aheadMs)).toBe(isWrong);
});

test('an old answer that a stopped process reads shows nothing wrong', () => {
  const { state, check } = open();
  const judge = check.sent();
  state.now += 3_600_000;
  judge(dateAt(trueTime));
  expect(check.isWrong()).toBe(false);
});

test('an old answer does not show that a clock is right that a later one showed as wrong', () => {
  const { state, check, call } = open();
  const old = check.sent();
  expect(call(3_600_000)).toBe(true);
  state.now = trueTime + 3_600_000;
  old(dateAt(trueTime));
  expect(check.isWrong()).toBe(true);
});

test('the answer to a call that was sent before a clock was found wrong does not show that it is right', () => {
  const { state, check, call } = open();
  state.now = trueTime;
  const before = check.sent();
  expect(call(60_000)).toBe(true);
  state.now = trueTime;
  before(dateAt(trueTime));
  expect(check.isWrong()).toBe(true);
});

test('a clock that was set right is right by the next call', () => {
  const { call, logged } = open();
  expect([call(60_000), call(0)]).toEqual([true, false]);
  expect(logged).toEqual([
    ['error', 'The clock is wrong: nothing is written.', { clockOffsetMs: 59_000, wrongClocks: 1 }],
    ['info', 'The clock is right again.', {}],
  ]);
});

test('a clock that stays wrong is logged once a minute, and one that is behind with a negative offset', () => {
  const { state, check, logged } = open();
  for (let second = 0; second <= 90; second += 1) {
    state.now = trueTime - 3_600_000 + second * 1_000;
    check.sent()(dateAt(trueTime + second * 1_000));
  }
  const offsets = logged.map((line) => (line as [string, string, { clockOffsetMs: number }])[2].clockOffsetMs);
  expect(offsets).toEqual([-3_600_000, -3_600_000]);
});

test.each([undefined, '', 'yesterday'])('an answer with the date %j shows nothing', (date) => {
  const { check, call } = open();
  check.sent()(date);
  expect(check.isWrong()).toBe(false);
  expect(call(60_000)).toBe(true);
  check.sent()(date);
  expect(check.isWrong()).toBe(true);
});

test('a clock that was set back while it was wrong is logged again at once', () => {
  const { logged, call } = open();
  for (const aheadMs of [3_600_000, -3_600_000]) expect(call(aheadMs)).toBe(true);
  expect(logged).toHaveLength(2);
});

test('a clock that is wrong again after it was right is logged at once', () => {
  const { logged, call } = open();
  for (const aheadMs of [3_600_000, 0, 3_600_000]) call(aheadMs);
  expect(logged.map((line) => (line as string[])[0])).toEqual(['error', 'info', 'error']);
});

test('an answer that takes long shows nothing wrong', () => {
  const { state, check } = open();
  const judge = check.sent();
  state.now += 3_600_000;
  judge(dateAt(state.now));
  expect(check.isWrong()).toBe(false);
});

test('a call that was sent before a clock was found wrong does not show that it is right', () => {
  const { state, check } = open();
  const [first, second] = [check.sent(), check.sent()];
  state.now += 1_000;
  first(dateAt(state.now - 3_600_000));
  second(dateAt(state.now));
  expect(check.isWrong()).toBe(true);
});
