// A plugin of the Serverless Framework that says in which steps the package can be deployed over
// the last release.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastBaseline } from '../tools/baselines.ts';
import { refusedChanges } from './stack-changes.ts';
import type { ComparedTemplate } from './stack-changes.ts';
import { stepsBefore } from './upgrade-steps.ts';

/** The template of the last package, in the folder of the service. */
export const packagedTemplate = join('.serverless', 'cloudformation-template-update-stack.json');

/** Reads a template in JSON. */
export function readTemplate(file: string): ComparedTemplate {
  return JSON.parse(readFileSync(file, 'utf8')) as ComparedTemplate;
}

/** The steps of an update, and what it must not do, one line each. */
export function describePlan(before: ComparedTemplate, after: ComparedTemplate): string[] {
  const steps = stepsBefore(before, after);
  const planned = steps.map(({ adds }, index) => `  step ${index + 1}: only the index ${adds.join(', ')}`);
  return [
    ...refusedChanges(before, after).map((problem) => `  not possible: ${problem}`),
    ...(steps.length === 0 ? ['  one step: this package'] : [...planned, `  step ${steps.length + 1}: this package`]),
  ];
}

/** The plugin. The framework calls it with `new`, which an arrow function does not support. */
export default function upgradePlan({ serviceDir }: { readonly serviceDir: string }) {
  const say = () => {
    const baseline = lastBaseline(serviceDir);
    if (baseline === null) return;
    const plan = describePlan(
      readTemplate(join(baseline.folder, 'template.json')),
      readTemplate(join(serviceDir, packagedTemplate)),
    );
    const from = `Upgrade from ${baseline.version}, as packaged with every option on; for yours: npm run upgrade -- --help`;
    process.stderr.write(`${[from, ...plan].join('\n')}\n`);
  };
  return { hooks: { 'after:package:finalize': say } };
}
