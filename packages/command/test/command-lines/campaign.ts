import { randomFrom } from '../../../../test/reliability/processes/random.ts';
import { openBoth } from './compare.ts';
import type { Both } from './compare.ts';
import type { Difference } from './differences.ts';
import { commandLine } from './grammar.ts';
import { judge, reportOf } from './judge.ts';
import { shellText } from './line.ts';
import type { Line } from './line.ts';

/** What a number of lines came to. */
export interface Summary {
  readonly count: number;
  readonly equal: number;
  readonly allowed: number;
  /** How many lines had each known difference. */
  readonly used: ReadonlyMap<Difference, number>;
  /** How often the AWS CLI ended with each exit code. */
  readonly codes: ReadonlyMap<number, number>;
  /** The lines that differ, as short as they could be made, and how; at most ten. */
  readonly different: readonly string[];
}

const mostDifferent = 40;

/** Runs lines in their order, and then `count` generated ones: the same seed makes the same ones. */
export async function compareLines(
  { fixed = [], seed, count }: { readonly fixed?: readonly Line[]; readonly seed: number; readonly count: number },
  onProgress: (done: number) => void = () => undefined,
): Promise<Summary> {
  const random = randomFrom(seed);
  const both = await openBoth();
  const [used, codes, different] = [new Map<Difference, number>(), new Map<number, number>(), new Set<string>()];
  const verdicts = { equal: 0, allowed: 0, different: 0 };
  let done = 0;
  try {
    for (; done < fixed.length + count && different.size < mostDifferent; done += 1) {
      const line = fixed[done] ?? commandLine(random);
      const judgement = judge(shellText(line), await both.run(line));
      verdicts[judgement.verdict] += 1;
      for (const difference of new Set(judgement.used)) used.set(difference, (used.get(difference) ?? 0) + 1);
      const { code } = judgement.results.theirs;
      codes.set(code, (codes.get(code) ?? 0) + 1);
      if (judgement.verdict === 'different') different.add(await shortened(both, line));
      onProgress(done + 1);
    }
  } finally {
    await both.close();
  }
  return { count: done, equal: verdicts.equal, allowed: verdicts.allowed, used, codes, different: [...different] };
}

/** A report of a line that differs, without the parts that it differs without. */
async function shortened(both: Both, line: Line): Promise<string> {
  for (const part of line) {
    const shorter = line.filter((one) => one !== part);
    const { verdict } = judge(shellText(shorter), await both.run(shorter));
    if (shorter.length > 0 && verdict === 'different') return shortened(both, shorter);
  }
  const text = shellText(line);
  return `${text}\n${reportOf(judge(text, await both.run(line)).results)}`;
}
