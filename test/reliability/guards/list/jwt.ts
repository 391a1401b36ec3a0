import { guardsOf } from '../guard.ts';

const isText = "typeof ours === 'string' && ours !== '' && ours === theirs";
const isDate = "typeof ours === 'number' && numericDate(ours) !== null && ours === numericDate(theirs)";
const isId = 'bothThere && isPlain(id) && Buffer.byteLength(id) <= maxIdBytes';
const bothThere = "issuer !== '' && subject !== '' && !issuer.includes('#')";
const number = "typeof value === 'number' && Number.isFinite(value) ? value : null";

/** Whether the token is the one that was verified, and its principal can be told. */
export const jwtGuards = guardsOf('src/graphql/jwt.ts', { tests: ['test/graphql/principal-jwt.test.ts'] }, [
  {
    text: "['iss', 'sub', 'exp'] as const",
    without: "['sub', 'exp'] as const",
    protects: 'the token’s issuer is the one that was verified',
  },
  {
    text: "['iss', 'sub', 'exp'] as const",
    without: "['iss', 'exp'] as const",
    protects: 'the token’s subject is the one that was verified',
  },
  {
    text: "['iss', 'sub', 'exp'] as const",
    without: "['iss', 'sub'] as const",
    protects: 'the token’s end is the one that was verified',
  },
  {
    text: '  if (token === undefined) return null;\n',
    without: "  if (token === undefined) return decodeJwt('');\n",
    protects: 'a header without a token is from nobody',
  },
  {
    text: '  } catch {\n    return null;\n  }',
    without: '  } catch (error) {\n    throw error;\n  }',
    protects: 'a header that is no token is from nobody, and no exception',
  },
  {
    text: "typeof value === 'string' && /^[0-9]",
    without: '/^[0-9]',
    protects: 'only a text is read as one',
    survives: 'what is tested against a pattern is made a text first, and is then the same number',
  },
  {
    text: '&& /^[0-9]{1,20}(?:\\.[0-9]{1,20})?(?:e\\+?[0-9]{1,2})?$/i.test(value))',
    without: ')',
    protects: 'only decimal numbers are read as an end',
  },
  {
    text: number,
    without: 'Number.isFinite(value) ? value : null',
    protects: 'only a number is one',
    survives: 'Number.isFinite is false for all that is no number; it is there for the type',
  },
  {
    text: number,
    without: "typeof value === 'number' ? value : null",
    protects: 'an end without an end is never compared',
  },
  {
    text: "if (name !== 'exp') return",
    without: 'if (true as boolean) return',
    protects: 'ends are compared as numbers',
  },
  {
    text: isText,
    without: "ours !== '' && ours === theirs",
    protects: 'issuer and subject are texts',
  },
  {
    text: isText,
    without: "typeof ours === 'string' && ours === theirs",
    protects: 'issuer and subject are not empty',
  },
  {
    text: isText,
    without: "typeof ours === 'string' && ours !== ''",
    protects: 'the claims of the header are those that were verified',
  },
  {
    text: isDate,
    without: 'numericDate(ours) !== null && ours === numericDate(theirs)',
    protects: 'the token’s own end is a number',
    survives: 'the ends are compared by type too, and a text never equals a number',
  },
  {
    text: isDate,
    without: "typeof ours === 'number' && ours === numericDate(theirs)",
    protects: 'the token’s own end is finite',
    survives: 'what is not finite equals no verified end, which is null then',
  },
  {
    text: isDate,
    without: "typeof ours === 'number' && numericDate(ours) !== null",
    protects: 'the end of the header’s token is the one that was verified',
  },
  {
    text: "typeof issuer === 'string' && typeof subject === 'string'",
    without: "typeof subject === 'string'",
    protects: 'an issuer is a text',
    survives: 'the issuer was compared as a text before; it is there for the type',
  },
  {
    text: bothThere,
    without: "issuer !== '' && subject !== ''",
    protects: 'no two pairs of issuer and subject have one id',
  },
  { text: isId, without: 'isPlain(id) && Buffer.byteLength(id) <= maxIdBytes', protects: 'a principal has a whole id' },
  {
    text: isId,
    without: 'bothThere && Buffer.byteLength(id) <= maxIdBytes',
    protects: 'an id has no control characters',
  },
  { text: isId, without: 'bothThere && isPlain(id)', protects: 'an id fits the keys of the ledger' },
  {
    text: '  if (claims === null) {\n',
    without:
      "  if (claims === null) {\n    return { kind: 'identified', principal: principalOf('', {}, [], directory), actor: null };\n",
    protects: 'a token that can’t be read is from nobody',
  },
  {
    text: 'if (other !== undefined) {',
    without: 'if (false) {',
    protects: 'the token of the header is the one that was verified',
  },
  {
    text: "'iss and sub');\n  if (id.kind === 'unauthenticated') return id;",
    without: "'iss and sub') as { kind: 'read'; value: string };",
    protects: 'who can’t be told is not authenticated',
  },
  {
    text: "  if (groups.kind === 'unauthenticated') return groups;\n",
    without:
      "  if (groups.kind === 'unauthenticated') return { kind: 'identified', principal: principalOf(id.value, claims, [], directory), actor: null };\n",
    protects: 'groups that can’t be told are not left out',
    tests: ['test/graphql/principal-groups.test.ts'],
  },
]);
