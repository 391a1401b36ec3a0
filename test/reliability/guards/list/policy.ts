import { guardsOf } from '../guard.ts';

const decides = { tests: ['test/policy/decide.test.ts'] };

const decide = guardsOf('src/policy/decide.ts', decides, [
  {
    text: '      decision = failed(engine, slice, [], error, onFailure);\n',
    without: '      throw error;\n',
    protects: 'an inventory that breaks is a denial',
  },
  {
    text: 'clusterOf(question) !== null && slice.cluster === null',
    without: 'slice.cluster === null',
    protects: 'scopes without a cluster need none',
  },
  {
    text: 'if (clusterOf(question) !== null && slice.cluster === null) {',
    without: 'if (false) {',
    protects: 'a cluster that is not registered is denied',
  },
  {
    text: 'clusterOf(question) !== null && slice.cluster === null',
    without: 'clusterOf(question) !== null',
    protects: 'a cluster that is registered is decided on',
  },
  {
    text: "    if (answer.kind === 'failed') return failed(engine, slice, answer.policyIds, answer.detail, onFailure);\n",
    without: "    if (answer.kind === 'failed') return { ...denied, allowed: true, policyIds: [], violations: [] };\n",
    protects: 'what can’t be evaluated is a denial',
  },
  { text: 'if (allowed) return', without: 'if (true as boolean) return', protects: 'what policy denies is denied' },
  {
    text: 'policyIds.length > 0 ? forbidden(engine.policySet, policyIds) : [defaultDeny(question, slice)]',
    without: 'forbidden(engine.policySet, policyIds)',
    protects: 'what nothing allows is told as such',
  },
  {
    text: '    return failed(engine, slice, [], error, onFailure);\n',
    without: '    throw error;\n',
    protects: 'an engine that throws is a denial',
  },
  {
    text: '  } catch {\n    // A log',
    without: '  } catch (error) {\n    throw error;\n    // A log',
    protects: 'a log that breaks does not turn a denial into an exception',
  },
  {
    text: '    allowed: false,\n    failed: true,',
    without: '    allowed: true,\n    failed: true,',
    protects: 'a failure is a denial',
  },
  { text: '    failed: true,', without: '    failed: false,', protects: 'a denial by failure says that it is one' },
  {
    text: 'cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)',
    without: 'String(cause)',
    protects: 'operators learn where an engine broke',
  },
]);

const engine = guardsOf('src/policy/engine.ts', decides, [
  {
    text: 'if (diagnostics.errors.length > 0) {',
    without: 'if (false) {',
    protects: 'a forbid that errors is a denial, though Cedar would allow',
  },
  {
    text: "  if (answer.type === 'failure') {\n    return { kind: 'failed', policyIds: []",
    without:
      "  if (answer.type === 'failure') {\n    return { kind: 'decided', allowed: true, policyIds: [] };\n    return { kind: 'failed', policyIds: []",
    protects: 'a request that Cedar can’t answer is a denial',
  },
  {
    text: '    validateRequest: true,\n',
    without: '    validateRequest: false,\n',
    protects: 'a request that does not fit the schema is a denial',
  },
  {
    text: "allowed: decision === 'allow'",
    without: 'allowed: decision !== null',
    protects: 'only Cedar’s allow allows',
  },
  {
    text: "    if (answer.type === 'failure') throw new Error(`Cedar refuses the policies: ${JSON.stringify(answer.errors)}`);\n",
    without: '',
    protects: 'policies that Cedar does not take make no engine',
  },
  {
    text: 'const id = `engine-${engines}`;',
    without: "const id = 'engine';",
    protects: 'two sets of policies keep their own',
  },
]);

const compile = guardsOf('src/policy/compile.ts', { tests: ['test/policy/compile.test.ts'] }, [
  {
    text: '  throwIfAny(findings.map(describe));\n',
    without: '',
    protects: 'policies that do not fit the schema are refused',
  },
  {
    text: "validationSettings: { mode: 'strict' }",
    without: "validationSettings: { mode: 'permissive' }",
    protects: 'policies are validated strictly',
  },
  {
    text: 'if (policies.has(id)) problems.push',
    without: 'if (false) problems.push',
    protects: 'no policy takes another’s place',
  },
  {
    text: 'if (reservedIds.some((reserved) => reserved === id)) problems.push',
    without: 'if (false) problems.push',
    protects: 'no policy bears a name with a meaning of its own',
  },
]);

const slice = guardsOf('src/policy/slice.ts', { tests: ['test/policy/slice.test.ts', 'test/policy/decide.test.ts'] }, [
  { text: 'cluster.accountId === ref.accountId && ', without: '', protects: 'registered: in this account' },
  { text: 'cluster.region === ref.region && ', without: '', protects: 'registered: in this region' },
  { text: ' && cluster.clusterName === ref.clusterName', without: '', protects: 'registered: of this name' },
]);

const json = guardsOf('src/policy/json.ts', { tests: ['test/policy/inventory.test.ts', 'test/policy/load.test.ts'] }, [
  {
    text: '  } catch (error) {\n',
    without: '  } catch (error) {\n    if (error) throw error;\n',
    protects: 'a file that is no JSON is refused with its name',
  },
]);

export const policyGuards = [...decide, ...engine, ...compile, ...slice, ...json];
