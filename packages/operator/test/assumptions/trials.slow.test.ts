// Quick test: packages/operator/test/assumptions/command.test.ts.
import { assumptions } from '../../src/assumptions/table.ts';
import { falsifications } from './falsifications.ts';
import { startFalsifyingProxy } from './falsifying-proxy.ts';
import { resultsOf, start, times } from './run-assumptions.ts';

const tried = assumptions.filter(({ trial }) => typeof trial === 'function');

test('no assumption is refuted by the simulator, whose reads lag by less than permitted', async () => {
  const simulator = await start({ listLagMs: 150, deleteLagMs: 150 });
  const { control } = simulator;
  const { status, results } = await resultsOf(simulator.url, ['--tries', '2'], { LIST_LAG_MS: '2000' });
  const found = (wanted: string) => results.filter(({ result }) => result === wanted).map(({ id }) => id);
  const can = tried.filter(({ needs }) => needs === undefined).map(({ id }) => id);
  expect(found('NOT_REFUTED')).toEqual(can);
  expect(results.map(({ id }) => id)).toEqual(assumptions.map(({ id }) => id));
  expect(status).toBe(0);
  const measured = results.find(({ id }) => id === 'create-visible');
  expect(measured).toMatchObject({ tries: 2 });
  expect(measured?.longestMs).toBeGreaterThan(100);
  expect(control.associations()).toEqual([]);
});

test('each assumption that can be tried has a world in which it is false', () => {
  expect(Object.keys(falsifications).sort()).toEqual(tried.map(({ id }) => id).sort());
});

test.each(tried.map(({ id }) => id))('%s is refuted where it is false', async (id) => {
  const { options = {}, falsify } = falsifications[id] ?? {};
  const simulator = await start(options);
  const url = falsify === undefined ? simulator.url : await startFalsifyingProxy(simulator.url, falsify());
  const { status, results } = await resultsOf(url, ['--only', id, '--tries', '1', '--with-throttling'], times);
  expect(results).toEqual([
    expect.objectContaining({ id, result: 'REFUTED', consequence: expect.stringMatching(/\w/) }),
  ]);
  expect(status).toBe(1);
  expect(simulator.control.associations()).toEqual([]);
});
