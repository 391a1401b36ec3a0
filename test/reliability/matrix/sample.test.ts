import { baseline } from './baseline.ts';
import type { Case } from './case.ts';
import { faultsAt } from './faults.ts';
import { flows, followUps } from './flows.ts';
import { pairwise } from './sample.ts';
import { stepName, stepOf } from './steps.ts';
import type { Step } from './steps.ts';

const target = (operation: string) => `DynamoDB_20120810.${operation}`;
const write = { method: 'POST', url: '/', target: target('PutItem') };
const steps: readonly Step[] = [
  stepOf({ method: 'POST', url: '/', target: target('GetItem'), body: '{}' }),
  stepOf({ ...write, body: '{"Item":{"event":{"S":"DENIED"}}}' }),
  stepOf({ ...write, body: '{"Item":{"event":{"S":"REPLAYED"}}}' }),
  stepOf({ method: 'POST', url: '/clusters/a/pod-identity-associations', target: null, body: '' }),
];

/** Every fault at these calls in ten flows. */
const cases: readonly Case[] = flows.slice(0, 10).flatMap((flow, of) =>
  steps.flatMap((step, at) =>
    faultsAt(step).map((fault, nth) => ({
      ...{ implementation: baseline, kind: 'create', flow, changeStep: step },
      ...{ injection: { after: 0, step, fault }, followUp: followUps[(of + at + nth) % followUps.length] ?? 'nothing' },
    })),
  ),
);

const namesOf = (taken: readonly Case[], nameOf: (flow: string, step: Step, fault: string) => string) =>
  new Set(
    taken.flatMap(({ flow, injection }) =>
      injection ? [nameOf(flow.name, injection.step, injection.fault.name)] : [],
    ),
  );

test('a sample by pairs is much smaller, and has every call of every flow and every fault of every operation', () => {
  const taken = pairwise(cases);
  expect(taken.length).toBeLessThan(cases.length / 3);
  for (const pair of [
    (flow: string, step: Step) => `${flow}; ${stepName(step)}`,
    (_: string, { operation }: Step, fault: string) => `${operation}; ${fault}`,
  ])
    expect(namesOf(taken, pair)).toEqual(namesOf(cases, pair));
});

test('the same cases have the same sample', () => {
  expect(pairwise(cases)).toEqual(pairwise(cases));
});
