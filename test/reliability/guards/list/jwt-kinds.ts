import { guardsOf } from '../guard.ts';

const bothThere = "issuer !== '' && subject !== '' && !issuer.includes('#')";
const noAct = "typeof act !== 'object' || act === null || Array.isArray(act)";

/** Who is a person, who is a program, and who acts for whom. */
export const jwtKindGuards = guardsOf('src/graphql/jwt.ts', { tests: ['test/graphql/principal-kind.test.ts'] }, [
  {
    text: "typeof issuer === 'string' && typeof subject === 'string'",
    without: "typeof issuer === 'string'",
    protects: 'a subject is a text',
  },
  {
    text: bothThere,
    without: "subject !== '' && !issuer.includes('#')",
    protects: 'an issuer is not empty',
  },
  {
    text: bothThere,
    without: "issuer !== '' && !issuer.includes('#')",
    protects: 'a subject is not empty',
  },
  {
    text: "['client_id', 'azp', 'cid'].some((name) => claimOf(claims, name) === subject) ||",
    without: '',
    protects: 'a token whose subject is its client is a program’s',
  },
  {
    text: 'claimOf(claims, name) === subject) ||',
    without: 'claimOf(claims, name) !== undefined) ||',
    protects: 'a person’s token that names a client is a person’s',
  },
  {
    text: "(typeof subject === 'string' && subject.endsWith('@clients')) ||",
    without: '',
    protects: 'a program is known by @clients',
  },
  {
    text: "(typeof subject === 'string' && subject.endsWith('@clients')) ||",
    without: "typeof subject === 'string' ||",
    protects: 'a person is not taken for a program',
  },
  { text: "claimOf(claims, 'idtyp') === 'app' ||", without: '', protects: 'a program is known by idtyp' },
  {
    text: " ||\n    claimOf(claims, 'gty') === 'client-credentials'",
    without: '',
    protects: 'a program is known by gty',
  },
  {
    text: "service !== null || isOfProgram(claims) ? 'SERVICE'",
    without: "isOfProgram(claims) ? 'SERVICE'",
    protects: 'a service of the inventory is a service',
  },
  {
    text: "service !== null || isOfProgram(claims) ? 'SERVICE'",
    without: "service !== null ? 'SERVICE'",
    protects: 'a program is a service, also one that the inventory does not know',
  },
  {
    text: '  if (act === undefined) return read(null);\n',
    without: '',
    protects: 'a token without act has no actor',
  },
  {
    text: noAct,
    without: 'act === null || Array.isArray(act)',
    protects: 'an act that is no object is refused',
  },
  {
    text: noAct,
    without: "typeof act !== 'object' || Array.isArray(act)",
    protects: 'an act that is null is refused',
  },
  {
    text: noAct,
    without: "typeof act !== 'object' || act === null",
    protects: 'an act that is a list is refused',
  },
  {
    text: "'act.iss (where it has one) and act.sub');\n  if (id.kind === 'unauthenticated') return id;",
    without: "'act.iss (where it has one) and act.sub');\n  if (id.kind === 'unauthenticated') return read(null);",
    protects: 'an actor who can’t be told is not left out',
  },
  {
    text: "  if (actor.kind === 'unauthenticated') return actor;\n",
    without:
      "  if (actor.kind === 'unauthenticated') return { kind: 'identified', principal: principalOf(id.value, claims, groups.value, directory), actor: null };\n",
    protects: 'an act that can’t be told is not left out',
  },
]);
