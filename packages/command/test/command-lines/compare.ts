import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEksSimulator } from '../../../eks-simulator/src/index.ts';
import type { EksSimulator } from '../../../eks-simulator/src/index.ts';
import { home, roleArn } from '../../../../test/support/gateway.ts';
import type { AuthorizeIam } from '../../../local-gateway/src/http-api/iam-authorizer.ts';
import { makeIamAuthorizer } from '../../../local-gateway/src/http-api/iam-authorizer.ts';
import { awsCommands } from '../../src/commands.ts';
import type { Host } from '../../src/host.ts';
import { isMap } from '../../src/aws/value.ts';
import type { ValueMap } from '../../src/aws/value.ts';
import { startGateway } from '../../../client/test/gateway.ts';
import { runOnGateway } from '../run-on-gateway.ts';
import type { Outcome } from '../host.ts';
import { resultOf, startOracle } from '../oracle/oracle.ts';
import { accessKeys, awsFiles, environmentOf, existing, files, isEnvironment } from './line.ts';
import type { Line } from './line.ts';

/** What a line did, on one side, with the same ids, times and names for both. */
export interface Result extends Outcome {
  /** The access key that signed the requests; empty if there was none. */
  readonly signer: string;
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
/** The access key of the gateway, which reads the same EKS. */
const ofGateway = 'test';
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
  const signers: string[] = [];
  const [gateway, eks] = await Promise.all([
    startGateway({ policies, clock, authorizeIam: recordingSigners(signers) }),
    startEksSimulator({ clock: clock.now }),
  ]);
  const oracle = startOracle({ HOME: folder });
  await oracle.ask('extend_model', [newerFields()]);
  const shared = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    AWS_CONFIG_FILE: join(folder, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
    AWS_CLI_ERROR_FORMAT: 'legacy',
    // No computer of a test has an identity of its own.
    AWS_EC2_METADATA_DISABLED: 'true',
    FILES: folder,
  };
  const sides = {
    theirs: { simulator: eks, ids: [] } as Side,
    ours: { simulator: gateway.simulator, ids: [] } as Side,
  };
  let count = 0;

  async function run(line: Line): Promise<Results> {
    for (const side of Object.values(sides)) restore(side);
    count += 1;
    const words = line.filter((part) => !isEnvironment(part)).flat();
    const args = words.map((text) => text.replaceAll('$TOKEN', `token-${count}`));
    const environment = { ...shared, ...environmentOf(line) };
    const changes = args.some((text) => /^(?:(?:create|update|delete)-.*-association|(?:un)?tag-resource)$/.test(text));
    // EKS lists by id: to list the same, the AWS CLI reads what the gateway reads.
    const theirSide = changes ? sides.theirs : sides.ours;
    const theirEnvironment = { ...environment, AWS_ENDPOINT_URL_EKS: theirSide.simulator.url };
    const question = { arguments: ['eks', ...inLine(args, theirSide)], environment: theirEnvironment, isWhole: true };
    const ourEnvironment = { AWS_REGION: undefined, ...environment, POD_IDENTITY_ENDPOINT_URL: gateway.url };
    theirSide.simulator.control.clearRequests();
    signers.length = 0;
    const [answers, ours] = await Promise.all([
      oracle.ask('run_line', [question]),
      runOnGateway(inLine(args, sides.ours), { environment: ourEnvironment, around: withoutOwnershipTag }),
    ]);
    const theirRequests = theirSide.simulator.control.requests();
    const finish = (outcome: Outcome, side: Side, keys: readonly (string | null)[]) => ({
      ...outcome,
      signer: [...new Set(keys)].sort().join(' and '),
      stdout: comparable(outcome.stdout, side, folder),
      stderr: comparable(outcome.stderr, side, folder),
      associations: changes ? associationsOf(side) : '',
    });
    const theirKeys = theirRequests.map(({ accessKeyId }) => accessKeyId).filter((key) => key !== ofGateway);
    return {
      theirs: finish(resultOf(answers[0]) as Outcome, theirSide, theirKeys),
      ours: finish(ours, sides.ours, signers),
    };
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
  const written = { ...files, ...awsFiles, 'all.cedar': permitAll, 'required-policies.json': '["all"]' };
  for (const [name, text] of [...copied, ...Object.entries(written)]) writeFileSync(join(folder, name), text);
  return folder;
}

/** Checks signatures as API Gateway does, in whatever region, and keeps who signed. */
function recordingSigners(signers: string[]): AuthorizeIam {
  const { accountId } = home;
  const userArn = `arn:aws:sts::${accountId}:assumed-role/ci-deployer/lines`;
  const identities = accessKeys.map((accessKeyId) => ({
    accessKeyId,
    secretAccessKey: 'x',
    userArn,
    userId: 'AROAEXAMPLE:lines',
  }));
  return (head, body) => {
    const authorization = head.headers.get('authorization') ?? '';
    const [, key = 'none', region = ''] = /Credential=([^/]+)\/\d{8}\/([^/]*)\//.exec(authorization) ?? [];
    signers.push(key);
    return makeIamAuthorizer({ identities, region, accountId })(head, body);
  };
}

/** The tag of the gateway is left out. */
function withoutOwnershipTag(call: Host['call']): Host['call'] {
  return async (request) => {
    const answer = await call(request);
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
