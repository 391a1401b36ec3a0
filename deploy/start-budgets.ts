import { largestOf } from './bundle-rules.ts';

/**
 * The most bytes that a start of the graphql function reads: of its code, and of what a deployment
 * chooses. Most of them are also compiled or hashed. The policies' budget is less than what all
 * their bounds together would permit.
 */
export const startBudgets = { code: 10_500_000, policies: 12_000_000 } as const;

/**
 * Files of a build that a start reads, by the budget that counts them. `test/lambda/bundle.slow.test.ts`
 * checks that these are all.
 */
const files = {
  code: /^(graphql\.cjs(\.cache)?|cedar_wasm_bg\.wasm|cedar-native\.bin|schema\.json)$/,
  policies: /^(cedar-snapshot\.bin|issuers\.json|policies\/.*\.(json|sha256))$/,
} as const;

const names = { code: 'code', policies: 'policies, inventory and issuers' } as const;

/** Whether a budget counts a file of a build, by its path there. */
export function isReadAtStart(file: string): boolean {
  return Object.values(files).some((pattern) => pattern.test(file));
}

/**
 * Which budgets of a start are exceeded, one sentence each, with the largest files.
 *
 * @param sizes bytes of the files of a build, by their paths there
 */
export function startProblems(sizes: ReadonlyMap<string, number>): string[] {
  return (['code', 'policies'] as const).flatMap((part) => {
    const read = [...sizes].filter(([file]) => files[part].test(file));
    const bytes = read.reduce((sum, [, size]) => sum + size, 0);
    if (bytes <= startBudgets[part]) return [];
    const budget = `more than its budget of ${startBudgets[part]} in deploy/start-budgets.ts`;
    return [`A start reads ${bytes} bytes of ${names[part]}, ${budget}: ${largestOf(read)}.`];
  });
}
