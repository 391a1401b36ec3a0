import { createLog } from '../runtime/log.ts';
import { startLocalGateway } from './gateway.ts';
import { readLocalSettings } from './settings.ts';

/** `npm start`: the gateway on this machine until SIGTERM or SIGINT. Listens on loopback only. */
async function main(): Promise<void> {
  const settings = readLocalSettings();
  const gateway = await startLocalGateway(
    settings,
    createLog((line) => process.stderr.write(line)),
  );
  // Before anybody can read that it runs.
  const stop = () => {
    process.stdout.write('Stopping: requests under way are answered first.\n');
    void gateway.close();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const eks = gateway.simulator?.url ?? settings.eksEndpoint ?? '';
  process.stdout.write(`GraphQL        ${gateway.url}/graphql
EKS            ${eks}${gateway.simulator ? ' (simulator)' : ''}
Ledger         ${settings.ledger === 'sqlite' ? settings.ledgerFile : `${settings.idempotencyTable}, ${settings.auditTable} in DynamoDB`}

A token:       npm run --silent token -- alice
A request:     curl -s ${gateway.url}/graphql -H "authorization: Bearer $(npm run --silent token -- alice)" \\
                 -H 'content-type: application/json' -d '{"query": "{ viewer { id kind groups } }"}'
`);
}

main().catch((error: unknown) => {
  process.stderr.write(`The gateway can't start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
