// The MCP server over standard input and output. Standard output has the protocol only; messages
// for people are on standard error.
import process from 'node:process';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { makeServer } from './server.ts';

/**
 * Larger messages end the server: the SDK's limit of 10 MiB would end it at arguments that a tool
 * can still refuse.
 */
const maxMessageBytes = 16 * 1024 * 1024;
/** Below the minute after which most clients give up. */
const defaultTimeLimitSeconds = 45;

const seconds = Number(process.env.POD_IDENTITY_MCP_TIME_LIMIT_SECONDS ?? defaultTimeLimitSeconds);
if (!(seconds >= 1 && seconds <= 3_600)) {
  process.stderr.write('POD_IDENTITY_MCP_TIME_LIMIT_SECONDS must be a number from 1 to 3600.\n');
  process.exit(2);
}
const writeError = (text: string) => process.stderr.write(text);
const server = makeServer({ environment: process.env, timeLimitMs: seconds * 1_000, writeError });
server.server.onerror = ({ message }) => writeError(`${message.slice(0, 500)}\n`);
// A client that ended reads no answers any more.
process.stdout.on('error', () => process.exit(0));
await server.connect(new StdioServerTransport(process.stdin, process.stdout, { maxBufferSize: maxMessageBytes }));
