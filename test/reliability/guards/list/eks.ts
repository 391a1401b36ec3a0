import { guardsOf } from '../guard.ts';

const client = { tests: ['test/eks/client.test.ts'] };

const calls = guardsOf('src/eks/client.ts', client, [
  { text: '    maxAttempts: 1,\n', without: '', protects: 'the SDK never repeats a change by itself' },
  {
    text: '{ ...options, signingDate: new Date(date) }',
    without: '{ ...options }',
    protects: 'a change that a frozen process sends late is refused by EKS',
  },
  {
    text: '    disableClockSkewCorrection: () => Promise.resolve(true),\n',
    without: '',
    protects: 'no correction of clocks moves the signing date',
    survives: 'the signer has the date pinned already, whatever the client takes for the time: a second lock',
  },
  {
    text: '    signer: () => Promise.resolve(signer),\n',
    without: '',
    protects: 'the pinned date is the one that is signed',
  },
  {
    text: "return { kind: 'access-denied', error: eksErrorOf(error) };",
    without: 'return changeFailure(error);',
    protects: 'without credentials, nothing was sent for certain',
  },
  {
    text: '    return changeFailure(error);\n',
    without: "    return { kind: 'refused', error: eksErrorOf(error) };\n",
    protects: 'a change without an answer is not called refused',
  },
  {
    text: "return { kind: 'unknown', error: { exception: 'IncompleteAnswer', message, requestId } };",
    without: "return { kind: 'refused', error: { exception: 'IncompleteAnswer', message, requestId } };",
    protects: 'half an answer is unknown',
  },
  {
    text: "isAbsent(error) ? { kind: 'absent' } : { kind: 'failed', error: eksErrorOf(error) }",
    without: "{ kind: 'absent' }",
    protects: 'a description that failed is no absence',
  },
  {
    text: "isAbsent(error) ? { kind: 'absent' } : { kind: 'failed', error: eksErrorOf(error) }",
    without: "{ kind: 'failed', error: eksErrorOf(error) }",
    protects: 'an absence is told as such',
  },
  {
    text: "  } catch (error) {\n    return { kind: 'failed', error: eksErrorOf(error) };\n  }",
    without: "  } catch (error) {\n    return { kind: 'listed', associationIds: [] };\n  }",
    protects: 'a list that failed is not an empty one',
  },
  {
    text: '} while (nextToken !== undefined);',
    without: '} while (false);',
    protects: 'all pages of a list are looked at',
  },
  {
    text: "if (association) return { kind: 'found', association };",
    without: "return association ? { kind: 'found', association } : { kind: 'absent' };",
    protects: 'half a description is no absence',
  },
  {
    text: 'const output = await sendBy(client, { abortSignal: until(deadline) });',
    without: 'const output = await sendBy(client, { abortSignal: new AbortController().signal });',
    protects: 'a change ends by its deadline',
  },
]);

const served = guardsOf('src/eks/eks-for.ts', { tests: ['test/eks/eks-for.test.ts'] }, [
  {
    text: 'roleArn === null && accountId !== homeAccountId',
    without: 'roleArn !== undefined && accountId !== homeAccountId',
    protects: 'an account with a role has a way in',
  },
  {
    text: 'roleArn === null && accountId !== homeAccountId',
    without: 'roleArn === null',
    protects: 'the gateway’s own account needs no role',
  },
  {
    text: 'if (closed.length > 0) {',
    without: 'if (false) {',
    protects: 'an account without a way in is not served from the gateway’s own',
  },
  {
    text: 'served.accountId === accountId',
    without: 'served.regions.length > 0',
    protects: 'each account is asked with its own credentials',
  },
  {
    text: 'if (!account?.regions.includes(region)) throw',
    without: 'if (!account) throw',
    protects: 'no region outside the inventory is asked',
  },
  {
    text: 'account.roleArn !== null && assume(account.roleArn, region, credentials)',
    without: 'assume(account.roleArn, region, credentials)',
    protects: 'the gateway’s own account is asked without a role',
  },
  {
    text: 'account.roleArn !== null && assume(account.roleArn, region, credentials)',
    without: 'account.roleArn !== null && null',
    protects: 'another account is asked with its role',
  },
  {
    text: 'credentials: assumed || credentials',
    without: 'credentials: credentials',
    protects: 'the credentials of a role are used',
  },
  {
    text: 'credentials: assumed || credentials',
    without: 'credentials: assumed || undefined',
    protects: 'the gateway’s own credentials are used in its own account',
  },
  {
    text: '...(masterCredentials ? { masterCredentials } : {}),',
    without: '',
    protects: 'a role is assumed by the gateway’s own credentials',
  },
  { text: 'connections.get(key) ?? open(', without: 'open(', protects: 'credentials of a role are asked for once' },
]);

const lists = guardsOf('src/eks/list.ts', { tests: ['test/graphql/lists.test.ts'] }, [
  {
    text: "return { kind: isRefusal ? 'token-refused' : 'failed', error: eksError };",
    without: "return { kind: 'page', summaries: [], nextToken: null };",
    protects: 'a page that failed is not an empty one',
    tests: client.tests,
  },
  {
    text: "if (summary === null) return { kind: 'failed', error: incomplete };",
    without: 'if (summary === null) continue;',
    protects: 'a list with holes is a failure',
    tests: client.tests,
  },
]);

const answers = guardsOf('src/eks/association.ts', client, [
  {
    text: 'if (!namespace || !serviceAccount || !roleArn || !associationArn || !associationId) return null;',
    without:
      'if (!namespace || !serviceAccount || !roleArn || !associationArn || !associationId) return given as never;',
    protects: 'half an association is none',
  },
]);

const commands = guardsOf('src/eks/commands.ts', client, [
  {
    text: '...(room ? [{ key: operationTagKey, value: operationId }] : [])',
    without: '',
    protects: 'an association says which operation made it',
  },
  {
    text: 'const room = request.tags.length < maxTags;',
    without: 'const room = true as boolean;',
    protects: 'no create has more tags than EKS takes',
  },
  {
    text: '    clientRequestToken: tokenFor(operationId),\n    tags',
    without: '    tags',
    protects: 'EKS’s own record names the operation of a create',
  },
  {
    text: '    clientRequestToken: tokenFor(operationId),\n    ...rest',
    without: '    ...rest',
    protects: 'EKS’s own record names the operation of an update',
  },
]);

export const eksGuards = [...calls, ...served, ...lists, ...answers, ...commands];
