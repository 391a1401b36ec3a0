import { guardsOf } from '../guard.ts';

const principals = { tests: ['test/graphql/principal.test.ts'] };

const groups = guardsOf('src/graphql/claims.ts', { tests: ['test/graphql/principal-groups.test.ts'] }, [
  {
    text: 'groups.value.some((group) => group.startsWith(scopePrefix))',
    without: 'false',
    protects: 'a group can’t pass for a scope',
  },
  {
    text: 'if (all.length > maxGroups) {',
    without: 'if (false) {',
    protects: 'no more groups are accepted than can be decided on',
  },
]);

const event = guardsOf('src/graphql/principal.ts', principals, [
  {
    text: "name.toLowerCase() === 'authorization'",
    without: "name === 'authorization'",
    protects: 'a second header in other letters is seen',
  },
  {
    text: 'return more.length === 0 ? (header?.[1] ?? null) : null;',
    without: 'return header?.[1] ?? null;',
    protects: 'of two tokens, none is believed',
  },
  {
    text: 'if (jwt && !iam) {',
    without: 'if (!iam) {',
    protects: 'without claims, a token is not believed',
  },
  { text: 'if (jwt && !iam) {', without: 'if (jwt) {', protects: 'of two authorizers, neither is believed: JWT' },
  {
    text: 'if (iam && !jwt) return',
    without: 'if (iam) return',
    protects: 'of two authorizers, neither is believed: IAM',
  },
  {
    text: 'if (iam && !jwt) return',
    without: 'if (!jwt) return',
    protects: 'who was authorized by nothing is nobody',
  },
  {
    text: '    if (authorization === null) {\n',
    without:
      "    if (authorization === null) {\n      return identityByJwt('', jwt.claims ?? {}, settings, directory);\n",
    protects: 'without a token, the flat claims are not believed',
  },
  {
    text: "if (identity.kind === 'unauthenticated') return identity;",
    without:
      "if (identity.kind === 'unauthenticated') return { kind: 'caller', caller: { principal: { id: '', kind: 'USER', groups: [], sessionName: null }, actor: null, sourceAddress: null, userAgent: null, apiRequestId: '' } };",
    protects: 'who is not authenticated is no caller',
  },
  { text: 'kept(http.sourceIp) || null', without: 'kept(http.sourceIp)', protects: 'no address is null' },
  { text: 'kept(http.userAgent) || null', without: 'kept(http.userAgent)', protects: 'no user agent is null' },
]);

const handler = guardsOf(
  'src/graphql/handler.ts',
  { tests: ['test/graphql/bad-input.test.ts', 'test/graphql/reads.test.ts', 'test/graphql/log-level.test.ts'] },
  [
    {
      text: '      throw unauthenticated(who.message);\n',
      without:
        "      return { ...({} as Context), caller: { principal: { id: '', kind: 'USER', groups: [], sessionName: null }, actor: null, sourceAddress: null, userAgent: null, apiRequestId: '' }, takeRows: countRows() };\n",
      protects: 'who is not authenticated asks nothing',
    },
    {
      text: "  } catch (error) {\n    parts.log('warn', 'A request was no JSON.'",
      without: "  } catch (error) {\n    if (error) return undefined;\n    parts.log('warn', 'A request was no JSON.'",
      protects: 'a body that is no JSON is answered with a code',
    },
  ],
);

const iam = guardsOf('src/graphql/iam.ts', { tests: ['test/graphql/principal-iam.test.ts'] }, [
  {
    text: 'if (!roleName.startsWith(identityCenterPrefix)) {',
    without: 'if (false) {',
    protects: 'a role’s session does not choose whom it is',
  },
  {
    text: '`${role}/${sessionName}`',
    without: 'role',
    protects: 'two people of one permission set are two principals',
  },
]);

export const callersGuards = [...groups, ...event, ...handler, ...iam];
