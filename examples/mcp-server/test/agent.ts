import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';
import type { Association } from '../../../packages/client/src/index.ts';
import { installPackages } from '../../../test/support/installed-package.ts';
import { closeAtEnd } from '../../../test/support/left-open.ts';

const repository = join(import.meta.dirname, '../../..');

/** The answer of a tool, as an agent reads it. */
export interface Seen {
  readonly isError: boolean;
  /** What the server wrote, and the JSON. */
  readonly texts: readonly string[];
  readonly status: string;
  readonly next: string | null;
  readonly refusal: (Record<string, unknown> & { readonly code: string }) | null;
  readonly error: { readonly code: string; readonly message: string; readonly findings: readonly object[] } | null;
  readonly request: { readonly clientRequestToken: string; readonly replayed: boolean } | null;
  readonly data: Data;
}

/** The data of all tools, of which each has some. */
interface Data {
  readonly viewer: { readonly id: string };
  readonly clusters: readonly { readonly clusterName: string }[];
  readonly roles: readonly object[];
  readonly association: Association;
  readonly associations: readonly Association[];
  readonly approval: object;
  /** Of a dry run. */
  readonly refusal: Readonly<Record<string, unknown>>;
  readonly operation: { readonly entries: readonly { readonly decision: { readonly policyIds: readonly string[] } }[] };
  readonly entries: readonly {
    readonly operationKind: string;
    readonly operationId: string;
    readonly reason: string;
  }[];
  readonly nextCursor: string | null;
}

/** The example beside an installed `pod-identity-command`, as a user has it. */
export async function installExample() {
  const consumer = await installPackages(join(repository, '.cache/consumers'), ['pod-identity-command']);
  const folder = join(consumer.folder, 'mcp-server');
  cpSync(join(import.meta.dirname, '..'), folder, {
    recursive: true,
    filter: (path) => !/\/(test|node_modules)$/.test(path),
  });
  return { folder, remove: consumer.remove };
}

/** The variables of a process that has no settings but these. */
export const environmentOf = (settings: Readonly<Record<string, string>>) => ({
  PATH: process.env.PATH ?? '',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
  XDG_CONFIG_HOME: '/dev/null',
  ...settings,
});

interface Program {
  readonly command: string;
  readonly args: string[];
}

/**
 * Starts the server as a process, and connects the client of the SDK to it.
 *
 * @param started the folder of the example, or a program
 */
export async function startAgent(started: string | Program, settings: Readonly<Record<string, string>>) {
  const ofFolder = (folder: string) => ({ command: process.execPath, args: [join(folder, 'src/main.ts')] });
  const transport = new StdioClientTransport({
    ...(typeof started === 'string' ? ofFolder(started) : started),
    env: environmentOf(settings),
    stderr: 'pipe',
  });
  const errors: string[] = [];
  transport.stderr?.on('data', (chunk) => errors.push(String(chunk)));
  const client = new Client({ name: 'test agent', version: '1' });
  // Whatever is on standard output beside the protocol.
  const strays: Error[] = [];
  client.onerror = (error) => strays.push(error);
  await client.connect(transport);
  closeAtEnd(() => client.close());
  // From here on, the client checks each answer against the output schema of its tool.
  const { tools } = await client.listTools();
  const call = async (name: string, args: object = {}, options: RequestOptions = {}): Promise<Seen> => {
    const params = { name, arguments: args as Record<string, unknown> };
    const result = CallToolResultSchema.parse(await client.callTool(params, CallToolResultSchema, options));
    const texts = result.content.map((block) => (block.type === 'text' ? block.text : block.type));
    const content = result.structuredContent as unknown as Omit<Seen, 'texts' | 'isError'>;
    return { isError: result.isError === true, texts, ...content };
  };
  const kill = () => process.kill(transport.pid ?? 0, 'SIGKILL');
  return { client, tools, call, kill, strays, errors };
}

export type Agent = Awaited<ReturnType<typeof startAgent>>;
