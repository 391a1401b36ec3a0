import { join } from 'node:path';
import { makeLog } from '../../../src/runtime/log.ts';
import { secretFileName } from './aws-identities.ts';
import { startLocalGateway } from './gateway.ts';
import type { LocalGateway } from './gateway.ts';
import type { Invocation } from './invocation.ts';
import type { LocalSettings } from './settings.ts';

/**
 * Starts the gateway on this machine, prints how to use it, and runs until SIGTERM or SIGINT. Resolves once it listens, on
 * loopback only. Rejects as `startLocalGateway` does.
 */
export async function serve(settings: LocalSettings, invocation: Invocation): Promise<void> {
  const log = makeLog((line) => process.stderr.write(line));
  const gateway = await startLocalGateway(settings, log);
  // Before the lines below, by which other programs know that the server is ready.
  const stop = () => {
    process.stdout.write('Stopping: requests in progress are answered first.\n');
    void gateway.close();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.stdout.write(describeGateway(gateway, settings, invocation));
}

/** Addresses and example commands; each command is complete, so that it works on a machine without AWS settings. */
function describeGateway({ url, simulator }: LocalGateway, settings: LocalSettings, { token }: Invocation): string {
  const { ledger, ledgerFile, idempotencyTable, auditTable, eksEndpoint } = settings;
  const eks = simulator === null ? (eksEndpoint ?? '') : `${simulator.url} (simulator)`;
  const where = ledger === 'sqlite' ? ledgerFile : `${idempotencyTable}, ${auditTable} in DynamoDB`;
  const list = simulator === null ? '' : `Associations:  ${listCommand(simulator.url, settings.home.region)}\n`;
  return `GraphQL        ${url}/graphql with a token, ${url}/iam/graphql with AWS credentials
EKS            ${eks}
Ledger         ${where}

A token:       ${token} alice
${list}Signed:        curl -s ${url}/iam/graphql --aws-sigv4 aws:amz:${settings.home.region}:execute-api \\
                 --user "ci-deployer:$(cat ${shellQuoted(join(settings.folder, secretFileName))})" -H 'content-type: application/json' \\
                 -d '{"query": "{ viewer { id kind groups } }"}'
A request:     curl -s ${url}/graphql -H "authorization: Bearer $(${token} alice)" \\
                 -H 'content-type: application/json' -d '{"query": "{ viewer { id kind groups } }"}'
`;
}

/** A text as one word of a shell. */
function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** The simulator checks that requests are signed, not by whom, so any credentials do. */
function listCommand(url: string, region: string): string {
  return `AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local aws eks list-pod-identity-associations \\
                 --cluster-name apps-dev --region ${region} --endpoint-url ${url}`;
}
