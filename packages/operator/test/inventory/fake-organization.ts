import { setTimeout } from 'node:timers/promises';
import type { ServerResponse } from 'node:http';
import { answerError, startAnsweringServer } from '../../../../test/support/answering-server.ts';
import type { SeenRequest } from '../../../../test/support/answering-server.ts';
import { stsError } from '../../../../test/support/sts-server.ts';

/** The account of the credentials in {@link environmentAt}. */
export const ownAccount = '111122223333';

/** What exists in AWS. Accounts have the state ACTIVE unless they say otherwise. */
export interface World {
  readonly accounts: readonly { readonly id: string; readonly name: string; readonly state?: string }[];
  /** Tags of each cluster by its account, region and name, such as `111122223333/eu-central-1/apps-dev`. */
  readonly clusters: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Namespace of each association of a cluster. */
  readonly namespaces?: Readonly<Record<string, readonly string[]>>;
  /** Roles by their ARN: when each was used last, as IAM answers; null: not in the time that IAM knows. */
  readonly roles?: Readonly<Record<string, string | null>>;
  /** Accounts where the role can't be assumed. */
  readonly denying?: readonly string[];
  /** Regions that are not enabled, in any account. */
  readonly disabled?: readonly string[];
  /** Answers in place of AWS where it returns true. */
  readonly instead?: (call: Call, response: ServerResponse) => boolean;
}

/** A request as IAM sees it. */
export interface Call {
  readonly action: string;
  readonly resource: string;
  /** Account of the credentials that signed it. */
  readonly accountId: string;
}

/** Most items of a page here: few, so that small worlds have several pages. */
const pageSize = 2;

/** Starts Organizations, STS, IAM and EKS at one endpoint. They answer in the form of the API references. */
export async function startOrganization(world: World) {
  const calls: Call[] = [];
  let [open, mostOpen] = [0, 0];
  const { endpoint, stop } = await startAnsweringServer((response, request) => {
    const [accountId, region, service] = signatureOf(request);
    const path = new URL(request.path, 'http://localhost');
    const parts = { accountId, region, path, request };
    const answer = { organizations: answerOrganizations, sts: answerSts, iam: answerIam, eks: answerEks }[service];
    const call = { ...callOf[service](parts), accountId };
    calls.push(call);
    open += 1;
    mostOpen = Math.max(mostOpen, open);
    // Requests overlap only if an answer takes longer than the next request.
    void setTimeout(2).then(() => {
      open -= 1;
      if (world.instead?.(call, response) !== true) answer(world, parts, response);
    });
  });
  return { endpoint, calls, mostOpen: () => mostOpen, stop };
}

/** Environment variables with which the command finds this world. */
export function environmentAt(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: `ASIA${ownAccount}0000`,
    AWS_SECRET_ACCESS_KEY: 'secret',
  };
}

type Service = 'organizations' | 'sts' | 'iam' | 'eks';

interface Parts {
  readonly accountId: string;
  readonly region: string;
  readonly path: URL;
  readonly request: SeenRequest;
}

/** Account, region and service of a signature. The access keys here contain their account. */
function signatureOf({ headers }: SeenRequest): [string, string, Service] {
  const scope = /Credential=ASIA(\d{12})\d{4}\/\d{8}\/([^/]+)\/([^/]+)/.exec(headers.authorization ?? '');
  const [, accountId = '', region = '', service = ''] = scope ?? [];
  return [accountId, region, service as Service];
}

const callOf: Readonly<Record<Service, (parts: Parts) => Omit<Call, 'accountId'>>> = {
  organizations: ({ request }) => {
    const [, action = ''] = String(request.headers['x-amz-target']).split('.');
    return { action: `organizations:${action}`, resource: '*' };
  },
  sts: ({ request }) => {
    const parameters = new URLSearchParams(request.body);
    return { action: `sts:${parameters.get('Action') ?? ''}`, resource: parameters.get('RoleArn') ?? '*' };
  },
  iam: ({ accountId, request }) => {
    const parameters = new URLSearchParams(request.body);
    return {
      action: `iam:${parameters.get('Action') ?? ''}`,
      resource: `arn:aws:iam::${accountId}:role/${parameters.get('RoleName') ?? ''}`,
    };
  },
  eks: ({ accountId, region, path }) => {
    const [, , name, rest] = path.pathname.split('/');
    const resource = name === undefined ? '*' : `arn:aws:eks:${region}:${accountId}:cluster/${name}`;
    const ofCluster = rest === undefined ? 'DescribeCluster' : 'ListPodIdentityAssociations';
    return { action: `eks:${name === undefined ? 'ListClusters' : ofCluster}`, resource };
  },
};

/** ListAccounts of the Organizations API reference. */
function answerOrganizations({ accounts }: World, { request }: Parts, response: ServerResponse): void {
  const { NextToken: token } = JSON.parse(request.body) as { NextToken?: string };
  const { items, next } = pageOf(accounts, token);
  const Accounts = items.map(({ id, name, state = 'ACTIVE' }) => ({
    ...{ Id: id, Arn: `arn:aws:organizations::${ownAccount}:account/o-a1b2c3d4e5/${id}`, Name: name },
    ...{ Email: `${id}@example.com`, JoinedMethod: 'CREATED', JoinedTimestamp: 1_481_835_795.536, State: state },
  }));
  response.setHeader('content-type', 'application/x-amz-json-1.1');
  response.end(JSON.stringify({ Accounts, ...(next === null ? {} : { NextToken: next }) }));
}

/** GetCallerIdentity and AssumeRole of the STS API reference. */
function answerSts({ denying = [] }: World, { request, accountId }: Parts, response: ServerResponse): void {
  const parameters = new URLSearchParams(request.body);
  const xml = (action: string, result: string) =>
    `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${result}</${action}Result></${action}Response>`;
  response.setHeader('content-type', 'text/xml');
  if (parameters.get('Action') === 'GetCallerIdentity') {
    const arn = `arn:aws:iam::${accountId}:user/operator`;
    response.end(xml('GetCallerIdentity', `<Arn>${arn}</Arn><UserId>AIDA</UserId><Account>${accountId}</Account>`));
    return;
  }
  const role = parameters.get('RoleArn') ?? '';
  const target = role.split(':')[4] ?? '';
  if (denying.includes(target)) {
    const message = `User: arn:aws:iam::${accountId}:user/operator is not authorized to perform: sts:AssumeRole on resource: ${role}`;
    stsError(response, 403, 'AccessDenied', message);
    return;
  }
  const expiration = new Date(Date.now() + 900_000).toISOString();
  const keys = `<AccessKeyId>ASIA${target}0000</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>`;
  const session = `<SessionToken>session</SessionToken><Expiration>${expiration}</Expiration>`;
  response.end(xml('AssumeRole', `<Credentials>${keys}${session}</Credentials>`));
}

/** GetRole of the IAM API reference, for the account of the signature. */
function answerIam({ roles = {} }: World, { request, accountId }: Parts, response: ServerResponse): void {
  const name = new URLSearchParams(request.body).get('RoleName') ?? '';
  const [arn, usedAt] =
    Object.entries(roles).find(([one]) => one.includes(`:${accountId}:`) && one.endsWith(`/${name}`)) ?? [];
  if (arn === undefined) {
    stsError(response, 404, 'NoSuchEntity', `The role with name ${name} cannot be found.`);
    return;
  }
  const used = usedAt ? `<LastUsedDate>${usedAt}</LastUsedDate><Region>eu-central-1</Region>` : '';
  const role = `<Arn>${arn}</Arn><RoleName>${name}</RoleName><RoleLastUsed>${used}</RoleLastUsed>`;
  response.setHeader('content-type', 'text/xml');
  response.end(
    `<GetRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetRoleResult><Role>${role}</Role></GetRoleResult></GetRoleResponse>`,
  );
}

/** ListClusters, DescribeCluster and ListPodIdentityAssociations of the EKS API reference. */
function answerEks(world: World, { accountId, region, path }: Parts, response: ServerResponse): void {
  if (world.disabled?.includes(region) === true) {
    const message = 'The security token included in the request is invalid.';
    answerError(response, 403, 'UnrecognizedClientException', message);
    return;
  }
  response.setHeader('content-type', 'application/json');
  const here = `${accountId}/${region}/`;
  const [, , name, rest] = path.pathname.split('/');
  const token = path.searchParams.get('nextToken') ?? undefined;
  const page = (field: string, all: readonly unknown[]) => {
    const { items, next } = pageOf(all, token);
    response.end(JSON.stringify({ [field]: items, nextToken: next }));
  };
  if (name === undefined) {
    const keys = Object.keys(world.clusters).filter((key) => key.startsWith(here));
    page(
      'clusters',
      keys.map((key) => key.slice(here.length)),
    );
  } else if (rest !== undefined) {
    const namespaces = world.namespaces?.[`${here}${name}`] ?? [];
    page(
      'associations',
      namespaces.map((namespace, index) => association(here, name, namespace, index)),
    );
  } else {
    const arn = `arn:aws:eks:${region}:${accountId}:cluster/${name}`;
    const tags = world.clusters[`${here}${name}`] ?? {};
    response.end(JSON.stringify({ cluster: { name, arn, status: 'ACTIVE', version: '1.34', tags } }));
  }
}

function association(here: string, clusterName: string, namespace: string, index: number) {
  const [accountId = '', region = ''] = here.split('/');
  const associationId = `a-${String(index).padStart(17, '0')}`;
  const associationArn = `arn:aws:eks:${region}:${accountId}:podidentityassociation/${clusterName}/${associationId}`;
  return { clusterName, namespace, serviceAccount: `sa-${index}`, associationArn, associationId };
}

function pageOf<T>(all: readonly T[], token = 'token-0'): { items: readonly T[]; next: string | null } {
  const start = Number(token.replace('token-', ''));
  const next = start + pageSize;
  return { items: all.slice(start, next), next: next < all.length ? `token-${next}` : null };
}
