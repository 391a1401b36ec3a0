// Quick test: packages/command/test/run.test.ts.
import { execFile, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeSqliteLedger } from '../../sqlite-ledger/src/ledger.ts';
import { startAnsweringServer } from '../../../test/support/answering-server.ts';
import { openGateway, roleArn } from '../../../test/support/gateway.ts';
import type { Gateway } from '../../../test/support/gateway.ts';
import { approvalIn, approvalsOf, withApprovals } from '../../../test/support/held-requests.ts';
import { testUnless } from '../../../test/support/requires.ts';
import { runOnGateway } from './run-on-gateway.ts';

// What the tab key offers for values that only the gateway knows.

const run = promisify(execFile);
const missing = (shell: string) => (spawnSync(shell, ['--version']).error ? `there is no ${shell}` : null);

let ledger: ReturnType<typeof makeSqliteLedger>;
let policies: string;
let gateway: Gateway;
let folder: string;
let token: string;
let approvalId: string;

beforeAll(async () => {
  ledger = makeSqliteLedger({ file: ':memory:' });
  policies = withApprovals();
  gateway = await openGateway({ ledger, policies });
  token = await gateway.tokenOf('alice');
  ({ id: approvalId } = approvalIn(await approvalsOf(gateway).create('alice')));
});

afterAll(async () => {
  await gateway.close();
  ledger.close();
  rmSync(policies, { recursive: true });
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'complete-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const environment = (changes: Readonly<Record<string, string>> = {}) => ({
  POD_IDENTITY_ENDPOINT_URL: gateway.url,
  POD_IDENTITY_TOKEN: token,
  XDG_CACHE_HOME: folder,
  ...changes,
});

/** The values of the last word. */
async function values(words: readonly string[], changes: Readonly<Record<string, string>> = {}) {
  const outcome = await runOnGateway(['complete', '--', ...words], { environment: environment(changes) });
  expect(outcome).toMatchObject({ code: 0, stderr: '' });
  return outcome.stdout.split('\n').slice(0, -1);
}

const cluster = ['--cluster-name', 'apps-dev'] as const;
const cached = () => readdirSync(join(folder, 'pod-identity'));
const create = ['create-pod-identity-association', ...cluster, '--namespace', 'payments', '--service-account'] as const;

test('clusters, namespaces, events and ids are those that the gateway has for who asks', async () => {
  const role = roleArn('payments/payments-api');
  const line = [...create, 'completed', '--role-arn', role, '--tags', 'team=payments'];
  const made = await runOnGateway(line, { environment: environment() });
  const { associationId } = (JSON.parse(made.stdout) as { association: { associationId: string } }).association;
  expect(await values(['drift', '--cluster-name', 'apps-'])).toContain('apps-dev');
  expect(await values(['drift', '--cluster-name=apps-d'])).toEqual(['apps-dev']);
  expect(await values(['--output', 'json', 'drift', ...cluster, '--namespace', 'pay'])).toEqual(['payments']);
  const describe = ['describe-pod-identity-association', ...cluster, '--association-id', ''];
  expect(await values(describe)).toEqual([associationId]);
  expect(await values(['audit-trail', '--events', 'SUCCEEDED,DR'])).toEqual([
    'SUCCEEDED,DRIFT_FOUND',
    'SUCCEEDED,DRIFT_RESOLVED',
  ]);
  expect(await values([...create, 'other', '--tags', 'team=payments', '--role-arn', 'arn:'])).toContain(role);
  const update = ['update-pod-identity-association', ...cluster, '--association-id', associationId];
  expect(await values([...update, '--role-arn', ''])).toEqual([role]);
});

test('ids of approvals are the pending ones for a vote, and own ones to resume and withdraw', async () => {
  const id = approvalId;
  for (const command of ['approval', 'approve', 'reject', 'resume', 'withdraw-approval']) {
    expect(await values([command, ''])).toEqual([id]);
  }
  expect(await values(['approve', id, ''])).toEqual([]);
  expect(await values(['approve', '--comment', 'ok', id.slice(0, 5)])).toEqual([id]);
});

test.each([
  ['no word of a command', []],
  ['an unknown command', ['nonsense', '--cluster-name', '']],
  ['an option that is not asked for', ['drift', '--account-id', '']],
  ['a namespace without a cluster', ['drift', '--namespace', '']],
  ['a line that cannot be parsed', ['drift', '--output', 'xml', '--cluster-name', '']],
])('%s offers nothing', async (_, words) => {
  expect(await values(words)).toEqual([]);
});

test('whatever fails is silent: no gateway, a refused token, files that cannot be read', async () => {
  const line = ['drift', '--cluster-name', ''];
  expect(await values(line, { POD_IDENTITY_ENDPOINT_URL: '' })).toEqual([]);
  expect(await values(line, { POD_IDENTITY_ENDPOINT_URL: 'http://127.0.0.1:1' })).toEqual([]);
  expect(await values(line, { POD_IDENTITY_TOKEN: 'a.b.c' })).toEqual([]);
  expect(await values(line, { POD_IDENTITY_TOKEN: '', POD_IDENTITY_TOKEN_FILE: folder })).toEqual([]);
  writeFileSync(join(folder, 'config'), '[nonsense');
  expect(await values(line, { AWS_CONFIG_FILE: join(folder, 'config') })).toEqual([]);
});

test('a gateway that does not answer is waited for up to the limit', async () => {
  const silent = await startAnsweringServer(() => undefined);
  const start = performance.now();
  expect(await values(['drift', '--cluster-name', ''], { POD_IDENTITY_ENDPOINT_URL: silent.endpoint })).toEqual([]);
  expect(performance.now() - start).toBeLessThan(2_500);
  await silent.stop();
});

test('a login whose token is about to expire is neither used nor renewed', async () => {
  const asked = jest.fn();
  const issuer = await startAnsweringServer((response) => {
    asked();
    response.end('{}');
  });
  const file = join(folder, 'pod-identity', 'logins.json');
  const store = (expiresAt: number, accessToken: string) => {
    const login = { issuer: issuer.endpoint, clientId: 'c', scope: null, audience: null, resource: null };
    const whole = { ...login, accessToken, refreshToken: 'r', expiresAt: new Date(expiresAt).toISOString() };
    mkdirSync(join(folder, 'pod-identity'), { recursive: true, mode: 0o700 });
    writeFileSync(file, JSON.stringify({ logins: { [gateway.url]: whole } }), { mode: 0o600 });
  };
  const login = { POD_IDENTITY_TOKEN: '', XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') };
  store(Date.now() + 10_000, token);
  const before = readFileSync(file, 'utf8');
  expect(await values(['drift', '--cluster-name', 'apps-d'], login)).toEqual([]);
  expect(readFileSync(file, 'utf8')).toBe(before);
  expect(asked).not.toHaveBeenCalled();
  store(Date.now() + 3_600_000, token);
  expect(await values(['drift', '--cluster-name', 'apps-d'], login)).toEqual(['apps-dev']);
  await issuer.stop();
});

test('answers are kept for who asked, privately, without a credential, and not where others may write', async () => {
  const line = ['drift', '--cluster-name', 'apps-d'];
  expect(await values(line)).toEqual(['apps-dev']);
  const [name = ''] = cached();
  const file = join(folder, 'pod-identity', name);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'pod-identity')).mode & 0o777).toBe(0o700);
  const kept = JSON.parse(readFileSync(file, 'utf8')) as { time: number; values: string[] };
  expect(Object.keys(kept)).toEqual(['time', 'values']);
  const write = (time: number, ...found: string[]) => writeFileSync(file, JSON.stringify({ time, values: found }));
  write(Date.now(), 'apps-dk', 'apps-d\u001b[2J', 'apps-d\nx', '--apps-d');
  expect(await values(line)).toEqual(['apps-dk']);
  expect(await values(line, { POD_IDENTITY_TOKEN: await gateway.tokenOf('bob') })).toEqual(['apps-dev']);
  write(Date.now() - 31_000, 'apps-dk');
  expect(await values(line)).toEqual(['apps-dev']);
  write(Date.now(), 'apps-dk');
  chmodSync(join(folder, 'pod-identity'), 0o777);
  expect(await values(line)).toEqual(['apps-dev']);
});

test('at most 50 answers are kept, and at most 200 values are offered', async () => {
  const cache = join(folder, 'pod-identity');
  mkdirSync(cache, { mode: 0o700 });
  for (let index = 0; index < 60; index += 1) {
    writeFileSync(join(cache, `complete-${String(index).padStart(64, '0')}.json`), '{}', { mode: 0o600 });
  }
  await values(['drift', '--cluster-name', '']);
  expect(cached()).toHaveLength(50);
  const name = cached().find((one) => statSync(join(cache, one)).size > 2) ?? '';
  const many = Array.from({ length: 500 }, (_, index) => `cluster-${index}`);
  writeFileSync(join(cache, name), JSON.stringify({ time: Date.now(), values: many }));
  expect(await values(['drift', '--cluster-name', 'cluster-'])).toHaveLength(200);
});

describe('in a shell', () => {
  /** What a program of the name of the command prints, whatever a server has sent. */
  const nasty = [
    '$(touch pwned)',
    '`touch pwned`',
    'a b',
    "it's",
    'x;touch pwned',
    'arn:aws:iam::1:role/a',
    'arn:aws:iam::1:role/$b',
  ];
  const list = ['drift', '--cluster-name', ''] as const;
  let scripts: Record<'bash' | 'fish' | 'zsh', string>;

  beforeAll(async () => {
    const scriptOf = async (shell: string) => (await runOnGateway(['completion', shell])).stdout;
    scripts = { bash: await scriptOf('bash'), fish: await scriptOf('fish'), zsh: await scriptOf('zsh') };
  });

  /** Puts the command itself on the path, or a program that prints values and the words of a line. */
  function install(program: 'command' | 'values'): void {
    const file = join(folder, 'pod-identity');
    if (program === 'command') {
      symlinkSync(join(import.meta.dirname, '../bin/pod-identity.cjs'), file);
      return;
    }
    const printed = nasty.map((value) => `'${value.replaceAll("'", String.raw`'\''`)}'`).join(' ');
    writeFileSync(
      file,
      `#!/bin/sh\nif [ "$1" = complete ]; then printf '%s\\n' ${printed}; else printf 'given %s.' "$@"; fi\n`,
    );
    chmodSync(file, 0o755);
  }

  async function shell(name: 'bash' | 'fish' | 'zsh', args: readonly string[]) {
    const env = {
      ...environment({ XDG_CACHE_HOME: join(folder, 'cache') }),
      PATH: `${folder}:${process.env.PATH ?? ''}`,
      HOME: folder,
      AWS_CONFIG_FILE: '/dev/null',
      TERM: 'dumb',
    };
    const { stdout, stderr } = await run(name, args, { cwd: folder, env, timeout: 10_000 });
    expect(stderr).toBe('');
    expect(readdirSync(folder)).not.toContain('pwned');
    return stdout;
  }

  /** Completes a line as readline does, which splits words at colons; shows the words that bash then reads. */
  const bash = async (line: string) => {
    const text = `'${line.replaceAll("'", String.raw`'\''`)}'`;
    const words = line
      .split(/([\s:]+)/)
      .filter((word) => !/^\s+$/.test(word))
      .map((word) => `'${word}'`);
    const program = `${scripts.bash}
COMP_LINE=${text} COMP_POINT=${line.length} COMP_WORDS=(${words.join(' ')}) COMP_CWORD=${words.length - 1}
_pod_identity
for value in "\${COMPREPLY[@]}"; do eval "set -- $value"; printf '%s|%s\\n' "$#" "$1"; done`;
    return (await shell('bash', ['--norc', '-c', program])).split('\n').slice(0, -1);
  };

  testUnless(missing('bash'))('bash completes values of the gateway', async () => {
    install('command');
    expect(await bash('pod-identity drift --cluster-name apps-d')).toEqual(['1|apps-dev']);
    expect(await bash('pod-identity approve ')).toEqual([`1|${approvalId}`]);
  });

  testUnless(missing('bash'))('bash inserts values as they are, and runs nothing of them', async () => {
    install('values');
    expect(await bash('pod-identity drift --cluster-name ')).toEqual(nasty.map((value) => `1|${value}`));
    expect(await bash('pod-identity list-pod-identity-associations --role-arn arn:aws:iam::1:role/')).toEqual([
      '1|role/a',
      '1|role/$b',
    ]);
  });

  testUnless(missing('fish'))('fish completes values, and runs nothing of them', async () => {
    const complete = async (line: string) => {
      const out = await shell('fish', ['--no-config', '-c', `${scripts.fish}\ncomplete -C '${line}'`]);
      return out
        .trimEnd()
        .split('\n')
        .map((one) => one.split('\t')[0]);
    };
    install('values');
    expect((await complete(`pod-identity ${list.join(' ')}`)).sort()).toEqual([...nasty].sort());
    rmSync(join(folder, 'pod-identity'));
    install('command');
    expect(await complete('pod-identity drift --cluster-name apps-d')).toEqual(['apps-dev']);
    expect(await complete('pod-identity approve ')).toEqual([approvalId]);
  });

  /** What an interactive zsh shows after a text and the tab key. */
  const zsh = async (text: string, shown: string) => {
    const program = `zmodload zsh/zpty
zpty -b shell zsh -f -i
send() { zpty -w shell "$1; print ready''-$2"; zpty -r -m shell shown "*ready-$2*" }
send "PS1=; autoload -Uz compinit; compinit -D" 1
send "source $1" 2
zpty -w -n shell "$2"$'\\t'
zpty -r -m shell shown "*$3*"
print -rn -- $shown`;
    writeFileSync(join(folder, 'completion.zsh'), scripts.zsh);
    return shell('zsh', ['-f', '-c', program, 'zsh', join(folder, 'completion.zsh'), text, shown]);
  };

  testUnless(missing('zsh'))('zsh inserts a value as it is, and runs nothing of it', async () => {
    install('values');
    const shown = await zsh('pod-identity drift --cluster-name x', 'pwned');
    expect(shown).toContain(String.raw`--cluster-name x\;touch\ pwned`);
  });

  testUnless(missing('zsh'))('zsh completes values of the gateway', async () => {
    install('command');
    expect(await zsh('pod-identity drift --cluster-name apps-d', 'apps-dev')).toContain('apps-dev');
  });
});
