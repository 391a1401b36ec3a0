import { guardsOf } from '../guard.ts';
import { creates, holders, reads } from './which.ts';

const refuse = guardsOf('src/associations/refuse.ts', reads, [
  {
    text: "refusal?.kind !== 'AssociationAlreadyExists' && refusal?.kind !== 'AssociationChanged'",
    without: "refusal?.kind !== 'AssociationChanged'",
    protects: 'another’s association in the way is shown to those who may view it',
    tests: ['test/associations/steps.test.ts'],
  },
  {
    text: "refusal?.kind !== 'AssociationAlreadyExists' && refusal?.kind !== 'AssociationChanged'",
    without: "refusal?.kind !== 'AssociationAlreadyExists'",
    protects: 'an association that changed is shown to those who may view it',
    tests: ['test/associations/steps.test.ts'],
  },
  {
    text: 'parts.decide(asker, question).allowed ? refusal : { ...refusal, existing: null, differences: null }',
    without: 'refusal',
    protects: 'what one may not view is not shown in a refusal',
    tests: ['test/associations/steps.test.ts'],
  },
  {
    text: '{ ...refusal, existing: null, differences: null }',
    without: '{ ...refusal, existing: null }',
    protects: 'nor is how it differs',
    tests: ['test/associations/steps.test.ts'],
  },
  {
    text: 'const shown = shownTo(parts, askerOf(asked), refusal);',
    without: 'const shown = refusal;',
    protects: 'a refusal before the token is claimed shows no more',
    tests: ['test/associations/steps.test.ts'],
  },
  {
    text: "const outcome = failed ? 'POLICY_EVALUATION_FAILED' : 'POLICY_DENIED';",
    without: "const outcome = 'POLICY_DENIED' as 'POLICY_DENIED' | 'POLICY_EVALUATION_FAILED';",
    protects: 'a policy that can’t be evaluated has a code of its own',
    tests: ['test/associations/steps.test.ts'],
  },
  {
    text: '  await parts.ledger.append(entry);\n',
    without: '',
    protects: 'a refusal is in the trail before it is answered',
    tests: creates.tests,
    only: 'on SQLite.*a refused request',
  },
]);

const others = [
  ...guardsOf('src/associations/check.ts', { tests: ['test/associations/check.test.ts'] }, [
    {
      text: "if (seen.kind === 'failed') throw new EksReadFailed(seen.error);",
      without: "if (seen.kind === 'failed') return noted(parts, { ...nothing, subject, decision });",
      protects: 'a check does not call a service account free that it could not look at',
    },
  ]),
  ...guardsOf('src/associations/call.ts', holders, [
    {
      text: 'return deadline - finishMs;',
      without: 'return deadline;',
      protects: 'EKS leaves time to write what it said',
      tests: ['test/associations/steps.test.ts'],
    },
  ]),
  ...guardsOf('src/associations/pace.ts', { tests: ['test/associations/pace.test.ts'] }, [
    {
      text: 'if (at >= deadline) return null;',
      without: '',
      protects: 'a description whose turn is too late is not begun',
    },
  ]),
  ...guardsOf(
    'src/associations/ungoverned.ts',
    { tests: ['test/associations/ungoverned.test.ts', 'test/graphql/ungoverned.test.ts'] },
    [
      {
        text: "  if (describer.leastMs(summaries.length) > deadline - parts.clock()) return { kind: 'eks-failed', error: tooMany };\n",
        without: '',
        protects: 'a list that is too long for the time is not begun',
        tests: ['test/associations/ungoverned.test.ts'],
        only: 'on SQLite.*time does not suffice',
      },
      {
        text: "    if (parts.clock() > deadline) return { kind: 'eks-failed', error: tooMany };\n",
        without: '',
        protects: 'what is not looked at in time is not called governed',
        tests: ['test/associations/ungoverned.test.ts'],
        only: 'on SQLite.*time does not suffice',
      },
      {
        text: '    if (parts.clock() > deadline) return null;\n',
        without: '',
        protects: 'a trail that is too long for the time is not called read',
        tests: ['test/associations/ungoverned.test.ts'],
        only: 'on SQLite.*time does not suffice',
      },
    ],
  ),
  ...guardsOf('src/associations/unexplained.ts', { tests: ['test/associations/ungoverned.test.ts'] }, [
    {
      text: "    if (operationId === null) return { ...base, kind: 'UNKNOWN_ORIGIN' };\n",
      without: '    if (operationId === null) return null;\n',
      protects: 'what bears no tag of the gateway is shown',
    },
    {
      text: "(await isIntended(ledger, operationId, association)) ? null : { ...base, kind: 'FORGED_TAG' }",
      without: 'null',
      protects: 'a forged tag is shown',
    },
    {
      text: "(await isIntended(ledger, operationId, association)) ? null : { ...base, kind: 'FORGED_TAG' }",
      without: "{ ...base, kind: 'FORGED_TAG' }",
      protects: 'an operation under way is not called forged',
    },
  ]),
  ...guardsOf(
    'src/associations/trail-scope.ts',
    { tests: ['test/graphql/trail-scopes.test.ts', 'test/graphql/trail.test.ts'] },
    [
      {
        text: 'if (operationId !== undefined) {',
        without: 'if (false) {',
        protects: 'the trail of one operation is that of one operation',
      },
    ],
  ),
  ...guardsOf('src/associations/list-pages.ts', { tests: ['test/graphql/lists.test.ts'] }, [
    {
      text: 'Date.now() >= deadline ? outOfTime : error',
      without: 'error',
      protects: 'a list that took too long says so',
      tests: ['test/associations/list-pages.test.ts'],
    },
  ]),
  ...guardsOf('src/associations/rules/tags.ts', { tests: ['test/associations/validate-tags.test.ts'] }, [
    {
      text: '  awsPrefix,\n  ownPrefix,\n];',
      without: '  awsPrefix,\n];',
      protects: 'a caller can’t forge the ownership tag',
    },
    {
      text: 'value.slice(0, prefix.length).toLowerCase() === prefix',
      without: 'value.startsWith(prefix)',
      protects: 'a caller can’t forge the ownership tag in other letters',
    },
    {
      text: 'if (count <= maxTags) return [];',
      without: 'if (count <= maxTags + 1) return [];',
      protects: 'no request has more tags than EKS takes',
    },
  ]),
  ...guardsOf('src/associations/differences.ts', { tests: ['test/associations/token.test.ts'] }, [
    {
      text: '  } catch {\n    return text;\n  }',
      without: '  } catch (error) {\n    throw error;\n  }',
      protects: 'a session policy of others that is no JSON can be compared',
    },
  ]),
  ...guardsOf(
    'src/associations/rules/session-policy.ts',
    { tests: ['test/associations/validate-session-policy.test.ts'] },
    [
      {
        text: '  } catch (error) {\n    const why',
        without: '  } catch (error) {\n    if (error) throw error;\n    const why',
        protects: 'a session policy that is no JSON is a finding',
      },
    ],
  ),
  ...guardsOf('src/associations/paging.ts', { tests: ['test/associations/paging.test.ts'] }, [
    {
      text: '  } catch {\n    return [];\n  }',
      without: '  } catch (error) {\n    throw error;\n  }',
      protects: 'a cursor that is none is a finding',
    },
  ]),
  ...guardsOf('src/model/audit.ts', { tests: ['test/model/audit.test.ts'] }, [
    {
      text: 'operationId?.length !== ulidLength || ',
      without: 'operationId === undefined || ',
      protects: 'a text that is no entry’s id is none',
    },
  ]),
];

export const answersGuards = [...refuse, ...others];
