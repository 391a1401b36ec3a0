import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEksSimulator } from '../../../eks-simulator/src/index.ts';
import type { EksSimulator } from '../../../eks-simulator/src/index.ts';
import { roleArn } from '../../../../test/support/gateway.ts';
import { awsCommands } from '../../src/commands.ts';
import type { Host } from '../../src/host.ts';
import { isMap } from '../../src/aws/value.ts';
import type { ValueMap } from '../../src/aws/value.ts';
import { startGateway } from '../../../client/test/gateway.ts';
import { runOnGateway } from '../run-on-gateway.ts';
import type { Outcome } from '../host.ts';
import { resultOf, startOracle } from '../oracle/oracle.ts';
import { configuration, existing, files } from './line.ts';
import type { Line } from './line.ts';

/** What a line did, on one side, with the same ids, times and names for both. */
export interface Result extends Outcome {
  /** The associations after a line that may change some, a line each; empty for one that only reads. */
  readonly associations: string;
}

/** The results of a line: of the AWS CLI on EKS, and of the command on the gateway. */
export interface Results {
  readonly theirs: Result;
  readonly ours: Result;
}

export type Both = Awaited<ReturnType<typeof openBoth>>;

const ownershipTag = 'pod-identity-gateway/operation';
const permitAll = '@id("all")\npermit (principal, action, resource);\n';

/** A simulated EKS, with the ids of the associations that exist before each line, in the order of `existing`. */
interface Side {
  readonly simulator: EksSimulator;
  ids: readonly string[];
}

/**
 * Opens the AWS CLI on a simulated EKS, and the command on a gateway with another one. Policies permit everything. Before each line,
 * both have the same associations.
 */
export async function openBoth() {
  const folder = mkdtempSync(join(tmpdir(), 'command-lines-'));
  const policies = writeFiles(folder);
  // A time never has a full second: it would be shorter than others.
  const clock = { now: () => Math.floor(Date.now() / 1_000) * 1_000 + 123, skip: () => undefined };
  const [gateway, eks] = await Promise.all([
    startGateway({ policies, clock }),
    startEksSimulator({ clock: clock.now }),
  ]);
  const [token, oracle] = [await gateway.tokenOf('alice'), startOracle()];
  await oracle.ask('extend_model', [newerFields()]);
  const shared = { AWS_CONFIG_FILE: join(folder, 'config'), AWS_CLI_ERROR_FORMAT: 'legacy', FILES: folder };
  const environment = { ...shared, POD_IDENTITY_TOKEN: token, POD_IDENTITY_ENDPOINT_URL: gateway.url };
  const sides = {
    theirs: { simulator: eks, ids: [] } as Side,
    ours: { simulator: gateway.simulator, ids: [] } as Side,
  };
  let count = 0;

  async function run(line: Line): Promise<Results> {
    for (const side of Object.values(sides)) restore(side);
    count += 1;
    const args = line.flat().map((text) => text.replaceAll('$TOKEN', `token-${count}`));
    const changes = args.some((text) => /^(?:(?:create|update|delete)-.*-association|(?:un)?tag-resource)$/.test(text));
    // EKS lists by id: to list the same, the AWS CLI reads what the gateway reads.
    const theirSide = changes ? sides.theirs : sides.ours;
    const url = { AWS_ENDPOINT_URL_EKS: theirSide.simulator.url };
    const question = { arguments: ['eks', ...inLine(args, theirSide)], environment: { ...shared, ...url } };
    const [answers, ours] = await Promise.all([
      oracle.ask('run_line', [question]),
      runOnGateway(inLine(args, sides.ours), { environment, around: withToken(token) }),
    ]);
    const finish = (outcome: Outcome, side: Side) => ({
      ...outcome,
      stdout: comparable(outcome.stdout, side, folder),
      stderr: comparable(outcome.stderr, side, folder),
      associations: changes ? associationsOf(side) : '',
    });
    return { theirs: finish(resultOf(answers[0]) as Outcome, theirSide), ours: finish(ours, sides.ours) };
  }

  const close = async () => {
    oracle.close();
    await Promise.all([gateway.close(), eks.close()]);
    rmSync(folder, { recursive: true });
  };
  return { run, close };
}

/** The fields of the EKS API that an older AWS CLI does not know, with all others. */
function newerFields(): object {
  const typed = (fields: readonly (readonly [string, unknown])[]) =>
    Object.fromEntries(fields.filter(([, type]) => type === 'string' || type === 'boolean'));
  return Object.fromEntries(
    awsCommands.map(({ operation, parameters, answer }) => {
      const input = parameters.filter(({ own }) => own !== true).map(({ name, type }) => [name, type] as const);
      return [operation, { input: typed(input), association: typed(Object.entries(answer.association ?? {})) }];
    }),
  );
}

/** Writes the files that lines and the environment name, and policies that permit everything; the folder of these. */
function writeFiles(folder: string): string {
  const shipped = join(import.meta.dirname, '../../../../policies');
  const copied = ['schema.cedarschema', 'inventory.json'].map(
    (name) => [name, readFileSync(join(shipped, name))] as const,
  );
  const written = { ...files, config: configuration, 'all.cedar': permitAll, 'required-policies.json': '["all"]' };
  for (const [name, text] of [...copied, ...Object.entries(written)]) writeFileSync(join(folder, name), text);
  return folder;
}

/** Signing is tested elsewhere: with a profile too, requests have the token. The tag of the gateway is left out. */
function withToken(token: string): (call: Host['call']) => Host['call'] {
  return (call) => async (request) => {
    const answer = await call({ ...request, connection: { ...request.connection, token } });
    const { association, tags: listed } = answer;
    if (isMap(listed)) return { ...answer, tags: withoutOwnership(listed) };
    if (!isMap(association) || !isMap(association.tags)) return answer;
    return { ...answer, association: { ...association, tags: withoutOwnership(association.tags) } };
  };
}

function withoutOwnership({ [ownershipTag]: _, ...tags }: ValueMap): ValueMap {
  return tags;
}

/** Gives a side the associations that exist before each line. */
function restore(side: Side): void {
  const { control } = side.simulator;
  for (const { associationId } of control.associations()) {
    if (!side.ids.includes(associationId)) control.deleteAssociation(associationId);
  }
  side.ids = Object.values(existing).map((wanted, index) => {
    const empty = { tags: {}, disableSessionTags: false, targetRoleArn: null, policy: null };
    const fields = { ...empty, ...wanted, roleArn: roleArn('payments/payments-api') };
    const { serviceAccount, ...changes } = fields;
    const id = side.ids[index];
    if (id !== undefined && control.updateAssociation(id, changes)) return id;
    return control.createAssociation({ clusterName: 'apps-dev', namespace: 'payments', serviceAccount, ...changes })
      .associationId;
  });
}

/** Arguments with the ids of a side. */
function inLine(args: readonly string[], { ids }: Side): readonly string[] {
  return args.map((text) =>
    Object.keys(existing).reduce((replaced, id, index) => replaced.replaceAll(id, ids[index] ?? ''), text),
  );
}

/** A text without what differs between two runs of the same line: ids, times, tokens, paths. Its width stays. */
function comparable(text: string, { ids }: Side, folder: string): string {
  const named = ids.reduce((replaced, id, index) => replaced.replaceAll(id, Object.keys(existing)[index] ?? ''), text);
  return named
    .replaceAll(/\ba-(?!0{16})[a-z0-9]{17}\b/g, 'a-00000000000000009')
    .replaceAll(/\d{4}-\d\d-\d\d(.)\d\d:\d\d:\d\d\.123000/g, '2026-01-01$100:00:00.123000')
    .replaceAll(folder, '$FILES');
}

function associationsOf(side: Side): string {
  const lines = side.simulator.control.associations().map((association) => {
    const { createdAt: _, modifiedAt: _m, visibleFrom: _v, tags, ...fields } = association;
    const { [ownershipTag]: _t, ...others } = tags;
    const sorted = Object.fromEntries(Object.entries(others).sort(([a], [b]) => (a < b ? -1 : 1)));
    return comparable(JSON.stringify({ ...fields, tags: sorted }), side, '\0');
  });
  return lines.sort().join('\n');
}
