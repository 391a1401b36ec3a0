import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fullParams, paramArguments } from '../support/deployment.ts';
import { openService } from '../support/lambda-package.ts';
import type { Template } from '../support/lambda-package.ts';
import { testUnless } from '../support/requires.ts';
import { missingNag, nagFindings, suppressions } from './nag.ts';

let folder: string;
const templates: Record<string, Template> = {};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lint-'));
  const service = await openService({ isOwn: true });
  templates['default parameters'] = (await service.makePackage()).template;
  const full = ['--stage', 'prod', ...paramArguments(fullParams)];
  templates['full parameters'] = (await service.makePackage(full)).template;
  await service.close();
}, 180_000);

afterAll(() => rmSync(folder, { recursive: true }));

const cfnLint = (args: readonly string[]) => spawnSync('cfn-lint', args, { encoding: 'utf8' });
const missing = cfnLint(['--version']).status === 0 ? null : 'cfn-lint is not installed (pip install cfn-lint)';

const cases = ['default parameters', 'full parameters'];

testUnless(missing).each(cases)(
  'cfn-lint accepts the template with %s',
  (name) => {
    const file = join(folder, 'template.json');
    writeFileSync(file, JSON.stringify(templates[name]));
    // W3005: the framework writes dependencies that references imply.
    const args = ['--ignore-checks', 'W3005', '--format', 'parseable', '--template', file];
    expect(cfnLint(args)).toMatchObject({ status: 0, stdout: '' });
  },
  60_000,
);

testUnless(missingNag).each(cases)(
  'cdk-nag finds nothing without a reason in the template with %s',
  (name) => {
    const unexplained = nagFindings(templates[name] ?? {}, folder).filter(
      (found) => !suppressions.some(({ finding }) => finding.test(found)),
    );
    expect(unexplained).toEqual([]);
  },
  60_000,
);

testUnless(missingNag)(
  'every accepted finding of cdk-nag still exists',
  () => {
    const found = Object.values(templates).flatMap((template) => nagFindings(template, folder));
    const unused = suppressions.filter(({ finding }) => !found.some((each) => finding.test(each)));
    expect(unused).toEqual([]);
  },
  60_000,
);
