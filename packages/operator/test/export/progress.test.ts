import { makeProgress } from '../../src/export/progress.ts';

function screen(isTTY: boolean) {
  const shown: string[] = [];
  let now = 0;
  const progress = makeProgress({ isTTY, write: (text) => shown.push(text) }, () => now);
  return { progress, shown, at: (time: number) => (now = time) };
}

test('updates a line on a terminal at intervals, and always shows the last one', () => {
  const { progress, shown, at } = screen(true);
  at(1_000);
  progress.report(2_000, '2026-11-24T12:00:00.000Z');
  at(1_100);
  progress.report(2_250, '2026-11-24T11:00:00.000Z');
  expect(shown).toEqual(['\r2,000 entries, 2,000/s, back to 2026-11-24T12:00:00.000Z\u001b[K']);
  progress.end();
  expect(shown.slice(1)).toEqual(['\r2,250 entries, 2,045/s, back to 2026-11-24T11:00:00.000Z\u001b[K', '\n']);
});

test('shows nothing when nothing is read', () => {
  const { progress, shown } = screen(true);
  progress.end();
  expect(shown).toEqual([]);
});

test('shows nothing without a terminal', () => {
  const { progress, shown, at } = screen(false);
  at(1_000);
  progress.report(1, '2026-11-24T12:00:00.000Z');
  progress.end();
  expect(shown).toEqual([]);
});
