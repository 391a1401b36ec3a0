import { randomUUID } from 'node:crypto';
import { pick } from '../random.ts';
import { region } from './population.ts';
import type { Team } from './population.ts';

/** An association that a team has created. */
interface Created {
  readonly clusterName: string;
  readonly associationId: string;
  readonly operationId: string;
  /** The person who created it, and the input with its token. */
  readonly sub: string;
  readonly input: object;
}

/** What a team has, for the requests that need something that exists. */
export type Holdings = Created[];

/** A request of the day. */
export interface DayRequest {
  readonly query: string;
  readonly variables: object;
  /** The person who sends it; any of the team when absent. */
  readonly sub?: string;
}

/** A kind of requests. */
export interface RequestKind {
  readonly name: string;
  /** Its share, in percent: of the day for the loop, of the rest for the others. */
  readonly percent: number;
  /** Whether it is about something that the team has created. */
  readonly isAboutHoldings?: boolean;
  readonly make: (team: Team, holdings: Holdings, random: () => number) => DayRequest;
}

const mutation = (name: 'create' | 'update' | 'delete') => {
  const type = name.charAt(0).toUpperCase() + name.slice(1);
  return `mutation ($input: ${type}PodIdentityAssociationInput!) { change: ${name}PodIdentityAssociation(input: $input) {
    status association { associationId clusterName } refusal { code } auditEntry { operationId } } }`;
};

const creates = mutation('create');

function inputOf(team: Team, clusterName: string, serviceAccount: string) {
  const { accountId, name, roleArn } = team;
  const tags = [{ key: 'team', value: name }];
  const where = { accountId, region, clusterName, namespace: name, serviceAccount };
  return { ...where, roleArn, tags, clientRequestToken: randomUUID() };
}

const clusterOf = ({ clusterNames }: Team, random: () => number) => pick(random, clusterNames, () => 1);

function aboutAssociation(query: string, fields: (random: () => number) => object = () => ({})): RequestKind['make'] {
  return ({ accountId }, holdings, random) => {
    const { associationId, clusterName } = pick(random, holdings, () => 1);
    const input = {
      accountId,
      region,
      clusterName,
      associationId,
      clientRequestToken: randomUUID(),
      ...fields(random),
    };
    return {
      query,
      variables: query.includes('$input') ? { input } : { accountId, region, clusterName, associationId },
    };
  };
}

function ofNamespace(query: string): RequestKind['make'] {
  return (team, _, random) => {
    const { accountId, name: namespace } = team;
    return { query, variables: { accountId, region, clusterName: clusterOf(team, random), namespace } };
  };
}

const list = (
  fields: string,
) => `query ($accountId: String, $region: String, $clusterName: String!, $namespace: String!) {
  podIdentityAssociations(accountId: $accountId, region: $region, clusterName: $clusterName, namespace: $namespace) {
    edges { node { ${fields} } } pageInfo { hasNextPage endCursor } } }`;

/** The kinds of requests of the day besides those of the team in a loop, and their shares. They are assumptions. */
export const requestKinds: readonly RequestKind[] = [
  { name: 'list of a namespace', percent: 15, make: ofNamespace(list('associationId serviceAccount')) },
  {
    name: 'list of a namespace with roles',
    percent: 10,
    make: ofNamespace(list('associationId roleArn tags { key }')),
  },
  {
    name: 'one association',
    percent: 18,
    isAboutHoldings: true,
    make: aboutAssociation(`query ($accountId: String, $region: String, $clusterName: String!, $associationId: String!) {
      podIdentityAssociation(accountId: $accountId, region: $region, clusterName: $clusterName, associationId: $associationId) {
        roleArn tags { key value } } }`),
  },
  {
    name: 'one operation',
    percent: 10,
    isAboutHoldings: true,
    make: (_, holdings, random) => ({
      query: 'query ($id: ID!) { operation(id: $id) { status } }',
      variables: { id: pick(random, holdings, () => 1).operationId },
    }),
  },
  {
    name: 'audit trail of a namespace',
    percent: 8,
    make: ofNamespace(`query ($accountId: String, $region: String, $clusterName: String!, $namespace: String!) {
      auditTrail(scope: {cluster: {accountId: $accountId, region: $region, clusterName: $clusterName, namespace: $namespace}}) {
        edges { node { time event } } } }`),
  },
  {
    name: 'clusters',
    percent: 5,
    make: () => ({ query: '{ clusters { nodes { clusterName mayList } } }', variables: {} }),
  },
  {
    name: 'dry run of a create with warnings',
    percent: 8,
    make: (team, _, random) => ({
      query: `query ($input: CreatePodIdentityAssociationInput!) {
        checkCreatePodIdentityAssociation(input: $input) { wouldBeAttempted warnings { code } } }`,
      variables: { input: inputOf(team, clusterOf(team, random), `planned-${Math.floor(random() * 1e6)}`) },
    }),
  },
  {
    name: 'create',
    percent: 8,
    make: (team, _, random) => ({
      query: creates,
      variables: { input: inputOf(team, clusterOf(team, random), `app-${randomUUID().slice(0, 8)}`) },
    }),
  },
  {
    name: 'create, replayed',
    percent: 6,
    isAboutHoldings: true,
    make: (_, holdings, random) => {
      const { sub, input } = pick(random, holdings, () => 1);
      return { query: creates, variables: { input }, sub };
    },
  },
  {
    name: 'create, conflict',
    percent: 2,
    isAboutHoldings: true,
    make: (_, holdings, random) => {
      const { input } = pick(random, holdings, () => 1);
      return { query: creates, variables: { input: { ...input, clientRequestToken: randomUUID() } } };
    },
  },
  {
    name: 'update',
    percent: 3,
    isAboutHoldings: true,
    make: aboutAssociation(mutation('update'), (random) => ({ disableSessionTags: random() < 0.5 })),
  },
  { name: 'delete', percent: 3, isAboutHoldings: true, make: aboutAssociation(mutation('delete')) },
  {
    name: 'create, denied',
    percent: 3,
    make: (team, _, random) => ({
      query: creates,
      variables: { input: { ...inputOf(team, clusterOf(team, random), 'app'), namespace: 'payments' } },
    }),
  },
  {
    name: 'create, invalid',
    percent: 1,
    make: (team, _, random) => ({ query: creates, variables: { input: inputOf(team, clusterOf(team, random), '*') } }),
  },
];

/**
 * The team in a loop: creates for one service account that has an association, each with a new token. Of all requests that a loop can
 * consist of, it costs the most units on the fewest keys.
 */
export const loop: RequestKind = {
  name: 'the loop: create, conflict',
  percent: 20,
  make: (team) => ({ query: creates, variables: { input: inputOf(team, team.clusterNames[0] ?? '', 'looping') } }),
};
