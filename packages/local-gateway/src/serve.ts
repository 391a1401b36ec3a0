import { join } from 'node:path';
import type { ClusterRef } from '../../../src/model/association.ts';
import { makeLog } from '../../../src/runtime/log.ts';
import { secretFileName } from './aws-identities.ts';
import { startLocalGateway } from './gateway.ts';
import type { LocalGateway } from './gateway.ts';
import { shellQuoted } from './invocation.ts';
import type { Invocation } from './invocation.ts';
import type { LocalSettings } from './settings.ts';
import { stopWith } from './signals.ts';

/**
 * Starts the gateway on this machine, prints how to use it, and runs until SIGTERM or SIGINT.
 * Resolves once it listens, on loopback unless LISTEN_ADDRESS says otherwise. Rejects as
 * `startLocalGateway` does.
 */
export async function serve(settings: LocalSettings, invocation: Invocation): Promise<void> {
  const log = makeLog((line) => process.stderr.write(line));
  const gateway = await startLocalGateway(settings, log);
  // Before the lines below, by which other programs know that the server is ready.
  stopWith(() => {
    process.stdout.write('Stopping: requests in progress are answered first.\n');
    void gateway.close();
  });
  process.stdout.write(describeGateway(gateway, settings, invocation));
}

/**
 * Addresses and example commands; each command is complete, so that it works on a machine without
 * AWS settings.
 */
function describeGateway(gateway: LocalGateway, settings: LocalSettings, { token, variables }: Invocation): string {
  const { url, simulator, home } = gateway;
  const { ledger, ledgerFile, idempotencyTable, auditTable, eksEndpoint } = settings;
  const eks = simulator === null ? (eksEndpoint ?? '') : `${simulator.url} (simulator)`;
  const where = ledger === 'sqlite' ? ledgerFile : `${idempotencyTable}, ${auditTable} in DynamoDB`;
  const { cluster, principal, service } = examplesOf(gateway);
  const tokenCommand = `${variables}${token} ${principal}`;
  const list = simulator === null ? '' : `Associations:  ${listCommand(simulator.url, home, cluster)}\n`;
  const signed =
    service === undefined
      ? ''
      : `Signed:        curl -s ${url}/iam/graphql --aws-sigv4 aws:amz:${home.region}:execute-api \\
                 --user "${service}:$(cat ${shellQuoted(join(settings.folder, secretFileName))})" -H 'content-type: application/json' \\
                 -d '{"query": "{ viewer { id kind groups } }"}'\n`;
  const page = gateway.hasPage ? `Page           ${url}/ in a browser\n` : '';
  return `GraphQL        ${url}/graphql with a token, ${url}/iam/graphql with AWS credentials
EKS            ${eks}
Ledger         ${where}
${page}
A token:       ${tokenCommand}
${list}${signed}A request:     curl -s ${url}/graphql -H "authorization: Bearer $(${tokenCommand})" \\
                 -H 'content-type: application/json' -d '{"query": "{ viewer { id kind groups } }"}'
`;
}

/**
 * Whom and what the examples name: the first of the world. Without a service there is no signed
 * request.
 */
function examplesOf({ world, home }: LocalGateway) {
  if (world === null)
    return { cluster: { ...home, clusterName: 'apps-dev' }, principal: 'alice', service: 'ci-deployer' };
  const { inventory, principals, services } = world;
  return {
    cluster: inventory.clusters[0] ?? { ...home, clusterName: '' },
    principal: principals[0]?.name ?? '--sub me',
    service: services[0],
  };
}

/**
 * The simulator checks that requests are signed, not by whom. The access key selects the account:
 * its ID, any other that of the gateway.
 */
function listCommand(url: string, home: LocalGateway['home'], { accountId, region, clusterName }: ClusterRef): string {
  return `AWS_ACCESS_KEY_ID=${accountId === home.accountId ? 'local' : accountId} AWS_SECRET_ACCESS_KEY=local aws eks list-pod-identity-associations \\
                 --cluster-name ${clusterName} --region ${region} --endpoint-url ${url}`;
}
