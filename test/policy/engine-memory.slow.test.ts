// No quick test.
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { runCase } from '../../src/cases/cases.ts';
import { readCases } from '../../src/cases/case-files.ts';
import { makeEngine } from '../../src/policy/decide/engine.ts';
import type { Engine } from '../../src/policy/decide/engine.ts';
import { readInventoryText, readPolicySet } from '../../src/policy/load.ts';
import { shipped } from '../support/policy-sample.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const policySet = readPolicySet(shipped);
const inventory = readInventoryText(shipped);
const cases = readCases(shipped).slice(0, 20);
const failures = (engine: Engine) => cases.flatMap((one) => runCase(engine, inventory, one) ?? []);

/** Bytes outside of JavaScript's heap, Cedar's memory among them, after this many engines decided and became unreachable. */
async function bytesAfter(engines: number): Promise<number> {
  for (let index = 0; index < engines; index += 1) {
    expect(failures(makeEngine(policySet))).toEqual([]);
    // Not after each one: a collection takes a second in a process that has run many tests.
    if (index % 5 !== 4) continue;
    collectGarbage();
    // The registry is called in a task of its own.
    await setImmediate();
    await setImmediate();
  }
  return process.memoryUsage().external;
}

test('the memory of engines that are not used any more is used again', async () => {
  const kept = makeEngine(policySet);
  expect(failures(kept)).toEqual([]);
  const before = await bytesAfter(10);
  const after = await bytesAfter(60);
  // 60 engines have about 20 MB.
  expect(after - before).toBeLessThan(5_000_000);
  expect(failures(kept)).toEqual([]);
});
