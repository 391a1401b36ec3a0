// Quick test: test/upgrade/stack-changes.test.ts.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { addedIndexes, refusedChanges } from '../../deploy/stack-changes.ts';
import type { ComparedTemplate } from '../../deploy/stack-changes.ts';
import { packagedTemplate, readTemplate } from '../../deploy/upgrade-plan.ts';
import { stepsBefore } from '../../deploy/upgrade-steps.ts';
import { lastBaseline } from '../../tools/baselines.ts';
import { fullParams, paramArguments } from '../support/deployment.ts';
import { openService } from '../support/lambda-package.ts';

const root = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);
const released = readTemplate(join(lastBaseline(root)?.folder ?? '', 'template.json'));

test('an update from the last release replaces and removes nothing stateful, and adds one index of a table in a step', async () => {
  const service = await openService({ isOwn: true });
  const { template } = await service.makePackage(['--stage', 'prod', ...paramArguments(fullParams)]);
  await service.close();
  const packaged = template as ComparedTemplate;
  expect(refusedChanges(released, packaged)).toEqual([]);
  const templates = [released, ...stepsBefore(released, packaged).map((step) => step.template), packaged];
  const added = templates.slice(1).flatMap((next, at) => [...addedIndexes(templates[at] ?? released, next).values()]);
  expect(added.filter((indexes) => indexes.length > 1)).toEqual([]);
});

test('npm run upgrade prints the steps over a deployed template and writes their templates, and fails for one that would be replaced', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'upgrade-'));
  mkdirSync(join(folder, '.serverless'));
  writeFileSync(join(folder, packagedTemplate), JSON.stringify(released));
  const upgrade = (template: string) =>
    run(process.execPath, [join(root, 'deploy', 'upgrade.ts'), template], { cwd: folder });
  const same = await upgrade(packagedTemplate);
  expect(same.stdout).toBe(`${packagedTemplate}\n  one step: this package\n`);
  const earlier = join(import.meta.dirname, 'before-0.9.0.json');
  await expect(upgrade(earlier)).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringMatching(
      /not possible: ServerlessDeploymentBucket [^]*\n {2}step 3: this package\n$/,
    ) as string,
  });
  expect(readdirSync(join(folder, '.serverless')).filter((name) => name.startsWith('upgrade-'))).toEqual([
    'upgrade-step-1.json',
    'upgrade-step-2.json',
  ]);
  rmSync(folder, { recursive: true });
});
