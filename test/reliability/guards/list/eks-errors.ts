import { guardsOf } from '../guard.ts';

const client = { tests: ['test/eks/client.test.ts'] };

const errors = guardsOf('src/eks/errors.ts', client, [
  {
    text: "{ kind: notConnected.includes(raised.code) ? 'unreachable' : 'unknown', error: eksError }",
    without: "{ kind: 'unknown', error: eksError }",
    protects: 'without a connection, nothing was done for certain',
  },
  {
    text: "{ kind: notConnected.includes(raised.code) ? 'unreachable' : 'unknown', error: eksError }",
    without: "{ kind: 'unreachable', error: eksError }",
    protects: 'a connection that was cut is unknown',
  },
  { text: 'if (status === undefined)\n', without: 'if (false)\n', protects: 'no status is no refusal' },
  { text: 'status < 400 || ', without: '', protects: 'an answer that is no refusal is none' },
  { text: ' || status >= 500', without: '', protects: '5xx is unknown' },
  { text: ' || status === 408)', without: ')', protects: '408 is unknown' },
  { text: 'status === 429 || throttling', without: 'throttling', protects: '429 is throttling, whatever its name' },
  {
    text: 'status === 429 || throttling.includes(raised.name)',
    without: 'status === 429',
    protects: 'throttling is known by its names',
  },
  { text: "'ThrottlingException', ", without: '', protects: 'throttling: ThrottlingException' },
  { text: "'TooManyRequestsException', ", without: '', protects: 'throttling: TooManyRequestsException' },
  { text: ", 'Throttling'];", without: '];', protects: 'throttling: Throttling' },
  { text: "['ECONNREFUSED', ", without: '[', protects: 'no connection: refused' },
  { text: "'ENOTFOUND', ", without: '', protects: 'no connection: no such name' },
  { text: ", 'EAI_AGAIN']", without: ']', protects: 'no connection: no answer about a name' },
  { text: 'status === 401 || ', without: '', protects: '401 is no access' },
  { text: ' || status === 403', without: '', protects: '403 is no access, and not for good' },
  {
    text: "if (raised.name === 'ResourceInUseException') {",
    without: 'if (false) {',
    protects: 'an association in the way is looked at',
  },
  {
    text: "  if (raised.name === 'ResourceNotFoundException') return { kind: 'not-found', error: eksError };\n",
    without: '',
    protects: 'what is not there is told as such',
  },
  {
    text: "  if (raised.name === 'ResourceLimitExceededException') return { kind: 'limit-exceeded', error: eksError };\n",
    without: '',
    protects: 'a limit is told as such',
  },
  {
    text: "  if (/^Role provided .*does not exist/.test(eksError.message)) return { kind: 'role-not-found', error: eksError };\n",
    without: '',
    protects: 'a role that is not known yet is waited for',
  },
  {
    text: "  if (eksError.message.startsWith('Trust policy of the role')) return { kind: 'trust-policy-invalid', error: eksError };\n",
    without: '',
    protects: 'a trust policy is told as such',
  },
  {
    text: "?.name === 'ResourceNotFoundException';",
    without: "?.name !== 'AccessDeniedException';",
    protects: 'only one exception means absence',
  },
  {
    text: "typeof raised.message === 'string' && raised.message !== '' ? raised.message",
    without: "typeof raised.message === 'string' ? raised.message",
    protects: 'an error without words has its code',
  },
  {
    text: "code ?? (typeof raised.name === 'string' ? raised.name : 'Error')",
    without: "code ?? 'Error'",
    protects: 'an exception keeps its name',
  },
  {
    text: "typeof raised.code === 'string' ? raised.code : null",
    without: 'null',
    protects: 'an error of the network has its code',
  },
]);

export const eksErrorsGuards = [...errors];
