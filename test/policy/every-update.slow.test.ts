// The quicker test is every-update.test.ts.
import { join } from 'node:path';
import { withExample } from '../../packages/operator/src/policies/example.ts';
import { readPolicies, readPolicySources } from '../../src/policy/load.ts';
import { wronglyJudged } from '../support/every-update.ts';
import { shipped } from '../support/policy-sample.ts';

const examples = readPolicies(join(shipped, 'examples'));

test.each(Object.entries(examples))(
  'with %s, an update is said to be possible exactly where one is permitted',
  (file, content) => {
    const sources = withExample(readPolicySources(shipped), file, content);
    expect(wronglyJudged(sources)).toEqual({ differing: [], failures: [] });
  },
);
