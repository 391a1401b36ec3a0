import { createHash } from 'node:crypto';
import type { Case } from './case.ts';
import { stepName } from './steps.ts';
import { caseName } from './table.ts';

/**
 * A part of the cases in which each pair occurs that one of them has: of flow and call, of operation and fault, of fault and follow-up, of flow
 * and kind of mutation. A call is an operation with the audit events that it writes. The same cases give the same part.
 */
export function pairwise(cases: readonly Case[]): Case[] {
  const seen = new Set<string>();
  const taken = new Set<Case>();
  const ordered = inAnyOrder(cases);
  // Those first that have the most pairs which none before has.
  for (let least = pairsPerCase; least > 0; least -= 1)
    for (const one of ordered) {
      const pairs = pairsOf(one).filter((pair) => !seen.has(pair));
      if (pairs.length < least) continue;
      taken.add(one);
      for (const pair of pairs) seen.add(pair);
    }
  return cases.filter((one) => taken.has(one));
}

const pairsPerCase = 4;

function pairsOf({ kind, flow, injection, followUp }: Case): string[] {
  if (!injection) return [];
  const { step, fault } = injection;
  const pairs = [
    [flow.name, stepName(step)],
    [step.operation, fault.name],
    [fault.name, followUp],
    [flow.name, kind],
  ];
  return pairs.map((pair, index) => [index, ...pair].join('; '));
}

/** An order that mixes the flows, and is the same each time. */
function inAnyOrder(cases: readonly Case[]): Case[] {
  const keyed = cases.map((one) => ({
    one,
    key: createHash('sha256')
      .update(caseName({ case: one }))
      .digest('hex'),
  }));
  return keyed.sort((first, second) => (first.key < second.key ? -1 : 1)).map(({ one }) => one);
}
