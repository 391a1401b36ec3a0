// No quick test: it is about programs or packages as they run.
import { execFile, spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startAnsweringServer } from '../../../test/support/answering-server.ts';
import type { Gateway } from '../../../test/support/gateway.ts';
import { testUnless } from '../../../test/support/requires.ts';
import { startFaultyRoute, startGateway } from '../../client/test/gateway.ts';
import type { FaultyRoute } from '../../client/test/gateway.ts';
import type { Fault } from '../../client/test/gateway.ts';
import { installPackages } from '../../../test/support/installed-package.ts';
import type { Consumer } from '../../../test/support/installed-package.ts';
import { expectedSignature } from '../../client/test/signature.ts';

const repository = join(import.meta.dirname, '../../..');
const run = promisify(execFile);

/** A block of a page, and the block `text` after it: what it prints. */
interface Block {
  readonly heading: string;
  readonly language: string;
  readonly code: string;
  readonly output: string | null;
}

function blocksOf(page: string): readonly Block[] {
  const markdown = readFileSync(join(repository, page), 'utf8');
  const pattern = /^```(\w+)\n([^]*?)^```\n(?:\n```text\n([^]*?)^```\n)?/gm;
  return [...markdown.matchAll(pattern)].map((match) => {
    const [, language = '', code = '', output = null] = match;
    const heading = [...markdown.slice(0, match.index).matchAll(/^#+ (.*)$/gm)].at(-1)?.[1] ?? '';
    return { heading, language, code, output };
  });
}

const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };

let consumer: Consumer;
let gateway: Gateway;
let route: FaultyRoute;
let front: Awaited<ReturnType<typeof startAnsweringServer>>;
let environment: Readonly<Record<string, string | undefined>>;

beforeAll(async () => {
  // Inside the repository, whose packages the blocks import.
  consumer = await installPackages(join(repository, '.cache/consumers'), [
    'pod-identity-client',
    'pod-identity-command',
  ]);
  gateway = await startGateway();
  route = await startFaultyRoute(gateway.url);
  // Does what API Gateway does for the route of IAM: verifies the signature.
  front = await startAnsweringServer((response, seen) => {
    const isSigned = seen.path === '/iam/graphql';
    const isValid = () => seen.headers.authorization === expectedSignature(seen, credentials, 'eu-central-1');
    if (isSigned && !isValid()) return void response.writeHead(403).end('{"message":"Forbidden"}');
    void gateway.tokenOf('alice').then(async (token) => {
      const authorization = isSigned ? `Bearer ${token}` : (seen.headers.authorization ?? '');
      const headers = { 'content-type': 'application/json', authorization };
      const answer = await fetch(`${route.url}/graphql`, { method: 'POST', headers, body: seen.body }).catch(
        () => null,
      );
      if (answer === null) response.destroy();
      else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
    });
  });
  environment = {
    PATH: `${join(consumer.folder, 'node_modules/.bin')}:${join(repository, 'node_modules/.bin')}:${process.env.PATH ?? ''}`,
    HOME: process.env.HOME,
    GATEWAY_URL: front.endpoint,
    TOKEN: await gateway.tokenOf('alice'),
    POD_IDENTITY_ENDPOINT_URL: front.endpoint,
    POD_IDENTITY_TOKEN: await gateway.tokenOf('alice'),
    AWS_REGION: 'eu-central-1',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
}, 120_000);

afterAll(async () => {
  await front.stop();
  await route.close();
  await gateway.close();
  consumer.remove();
});
beforeEach(() => (route.faults.length = 0));

/** Runs a block as a program of its own; what it prints. */
async function outputOf({ language, code }: Block): Promise<string> {
  const [program, extension, args] =
    language === 'ts'
      ? [process.execPath, 'ts', ['--no-warnings']]
      : language === 'python'
        ? ['python3', 'py', []]
        : ['bash', 'sh', ['-eu']];
  const file = join(consumer.folder, `block.${extension}`);
  writeFileSync(file, code);
  const { stdout } = await run(program, [...args, file], { cwd: consumer.folder, env: { ...environment } });
  return stdout;
}

/** What goes wrong before the programs of the retry rule get their answer. */
const faults: readonly Fault[] = [
  'lost answer',
  { status: 503, body: '{"message":"Service Unavailable"}' },
  { status: 502, body: '<html>' },
  {
    status: 200,
    body: '{"errors":[{"message":"m","extensions":{"code":"NEW","retryable":true,"retryAfterSeconds":0}}],"data":null}',
  },
  {
    status: 200,
    body: '{"data":{"createPodIdentityAssociation":{"status":"QUEUED","refusal":null,"retryAfterSeconds":0}}}',
  },
];

const missingPython = spawnSync('python3', ['--version']).error ? 'there is no python3' : null;

const pages = ['docs/clients.md', 'docs/command.md', 'packages/client/README.md', 'packages/command/README.md'];

describe.each(pages)('%s', (page) => {
  const blocks = blocksOf(page);
  const programs = blocks.filter(({ output }) => output !== null);

  test('has an output for every program', () => {
    const silent = blocks.filter(({ output, language }) => output === null && ['ts', 'python'].includes(language));
    expect(silent.map(({ heading }) => heading)).toEqual([]);
    expect(programs.length).toBeGreaterThan(0);
  });

  for (const block of programs) {
    const { heading, language } = block;
    testUnless(language === 'python' ? missingPython : null)(
      `the block of "${heading}" prints what it says`,
      async () => {
        if (heading === 'gql.tada') await generateTadaTypes();
        const isRetryRule = heading === 'In Python';
        if (isRetryRule) route.faults.push(...faults);
        expect(await outputOf(block)).toBe(block.output);
        expect(route.faults).toEqual([]);
      },
    );
  }

  if (!blocks.some(({ language }) => language === 'ts')) return;

  test('the TypeScript blocks have no type errors', async () => {
    const files = blocks.flatMap(({ language, code }, index) => {
      if (language !== 'ts') return [];
      const file = `typed-${index}.ts`;
      writeFileSync(join(consumer.folder, file), code.includes('import') ? code : `${code}\nexport {};\n`);
      return [file];
    });
    await generateTadaTypes();
    const options = ['--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022,dom', '--types', 'node'];
    const tsc = join(repository, 'node_modules/typescript/bin/tsc');
    const flags = ['--strict', '--noEmit', '--skipLibCheck', '--allowImportingTsExtensions', '--ignoreConfig'];
    const typeRoots = ['--typeRoots', join(repository, 'node_modules/@types')];
    const { stdout } = await run(process.execPath, [tsc, ...options, ...typeRoots, ...flags, ...files], {
      cwd: consumer.folder,
    }).catch((error: unknown) => error as { readonly stdout: string });
    expect(stdout).toBe('');
  }, 120_000);
});

/** The commands of the page for gql.tada. */
async function generateTadaTypes(): Promise<void> {
  const blocks = blocksOf('docs/clients.md').filter(({ heading }) => heading === 'gql.tada');
  const codeOf = (language: string) => blocks.find((block) => block.language === language)?.code ?? '';
  copyFileSync(join(repository, 'schema.graphql'), join(consumer.folder, 'schema.graphql'));
  const compilerOptions = { plugins: [JSON.parse(codeOf('json')) as object] };
  writeFileSync(join(consumer.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  await run('bash', ['-eu', '-c', codeOf('sh')], { cwd: consumer.folder, env: { ...environment } });
}
