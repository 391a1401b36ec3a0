import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from '@swc/core';
import { exceptions } from './exceptions.ts';
import { changedRange, occurrences, taken } from './guard.ts';
import type { Guard, Range } from './guard.ts';
import { guards } from './guards.ts';
import { placesOf } from './places.ts';
import type { Place } from './places.ts';

const root = join(import.meta.dirname, '../../..');

/** The rooms in which promises are kept. What stands in `local` is this machine's, and no part of the product in AWS. */
const sources = globSync('src/{associations,eks,graphql,lambda,ledger,model,policy}/**/*.ts', { cwd: root }).sort();

const textOf = (file: string) => readFileSync(join(root, file), 'utf8');

describe('guards', () => {
  test('each name a text that is there once, and leave TypeScript behind', () => {
    const problems = guards.flatMap((guard) => {
      const problem = problemOf(guard, textOf(guard.file));
      return problem === null ? [] : [`${guard.file}: ${guard.protects}: ${problem}`];
    });
    expect(problems).toEqual([]);
  });

  test('have words of their own, and tests that are there', () => {
    const words = guards.map(({ file, protects }) => `${file}: ${protects}`);
    expect(words.filter((one, index) => words.indexOf(one) !== index)).toEqual([]);
    const paths = new Set(guards.flatMap(({ tests }) => tests));
    expect([...paths].filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  const guard: Guard = { file: 'x', text: 'if (a) b();', without: 'b();', protects: '', tests: [] };

  test.each([
    ['whose text is gone', guard, 'c();', 'text is there 0 times'],
    ['whose text is there twice', guard, 'if (a) b(); if (a) b();', 'text is there 2 times'],
    ['that changes nothing', { ...guard, without: guard.text }, guard.text, 'changes nothing'],
    ['that leaves no TypeScript', { ...guard, without: 'if (' }, guard.text, 'no TypeScript'],
  ])('%s are noticed', (_, one, source, problem) => {
    expect(problemOf(one, source)).toContain(problem);
  });
});

/** What is wrong with a guard; null when nothing is. */
function problemOf(guard: Guard, source: string): string | null {
  const count = occurrences(source, guard.text);
  if (count !== 1) return `its text is there ${count} times, not once: ${guard.text}`;
  if (guard.text === guard.without) return 'it changes nothing';
  try {
    parseSync(taken(source, guard), { syntax: 'typescript', target: 'es2024' });
    return null;
  } catch (error) {
    return `without it, the file is no TypeScript: ${String(error)}`;
  }
}

/** Whether a change takes some of the place away; and not all of the condition of which the place is but a part. */
function covers(change: Range, { start, end, whole }: Place): boolean {
  const touches = change.start < end && change.end > start;
  // What is added at a place, such as another condition, has no length in the source.
  const isWithin = change.start === change.end && change.start >= start && change.start <= end;
  const isAll = whole !== null && change.start <= whole.start && change.end >= whole.end;
  return (touches || isWithin) && !isAll;
}

test('every place that the promises hang on has a guard, or a reason to have none', () => {
  const missing = sources.flatMap((file) => {
    const source = textOf(file);
    const changes = guards.filter((guard) => guard.file === file).map((guard) => changedRange(source, guard));
    return placesOf(file, source)
      .filter((place) => !changes.some((change) => covers(change, place)))
      .filter(({ text }) => !exceptions.some((exception) => exception.file === file && exception.text === text))
      .map(({ line, kind, text }) => `${file}:${line} (${kind}) ${text}`);
  });
  expect(missing).toEqual([]);
});

test('every exception is of a place without a guard', () => {
  const idle = exceptions.filter(({ file, text }) => {
    const source = textOf(file);
    const changes = guards.filter((guard) => guard.file === file).map((guard) => changedRange(source, guard));
    const places = placesOf(file, source).filter((place) => place.text === text);
    return places.length === 0 || places.every((place) => changes.some((change) => covers(change, place)));
  });
  expect(idle).toEqual([]);
});

describe('places', () => {
  const kindsOf = (text: string) =>
    placesOf('src/ledger/x.ts', text).map(({ kind, text: found }) => `${kind}: ${found}`);

  test.each([
    ['if (a.fence === b) stop();', ['condition: a.fence === b']],
    ['const ok = other && a.leaseUntil <= now;', ['condition: a.leaseUntil <= now']],
    ['const ok = !(other || clock() > 1) ? 1 : 2;', ['condition: clock() > 1']],
    ['while (deadline) wait();', ['condition: deadline']],
    ['switch (record.state) { case 1: }', ['condition: case 1:']],
    ['if (other) stop();', []],
    ['const name = given.state || null;', []],
    ['try { a(); } catch { b(); }', ['catch: catch { b(); }']],
    ['a().catch(() => 1);', ['catch: a().catch(() => 1)']],
    ['throw new LedgerUnavailable(e);', ['failure: new LedgerUnavailable(e)']],
    ["const put = { ConditionExpression: 'a' };", ["part of a DynamoDB condition: 'a'"]],
    [
      'const expressions = { held: allOf(one, two) };',
      ['part of a DynamoDB condition: one', 'part of a DynamoDB condition: two'],
    ],
  ])('are found in %s', (text, found) => {
    expect(kindsOf(text)).toEqual(found);
  });

  test('of a condition in parts are covered each on its own', () => {
    const text = 'if (a.fence && b.state) stop();';
    const guard = { file: 'x', tests: [], protects: '' };
    const coveredBy = (taking: string, without: string) => {
      const change = changedRange(text, { ...guard, text: taking, without });
      return placesOf('src/ledger/x.ts', text)
        .filter((place) => covers(change, place))
        .map((place) => place.text);
    };
    expect(coveredBy('a.fence && ', '')).toEqual(['a.fence']);
    expect(coveredBy('a.fence && b.state', 'a.fence')).toEqual(['b.state']);
    expect(coveredBy('if (a.fence && b.state) stop();', '')).toEqual([]);
    expect(coveredBy('stop()', 'go()')).toEqual([]);
  });
});
