/** The fields of a payload that the demo shows. */
export interface DemoAnswer {
  readonly status: string;
  readonly replayed: boolean;
  readonly retryAfterSeconds: number | null;
  readonly association: { readonly associationId: string; readonly roleArn: string } | null;
  readonly refusal: DemoRefusal | null;
  readonly auditEntry: { readonly id: string; readonly operationId: string };
}

/** A refusal of any type; fields of other types are absent. */
interface DemoRefusal {
  readonly code: string;
  readonly message: string;
  readonly advice: string | null;
  readonly violations?: readonly { readonly policyId: string; readonly advice: string | null }[];
  readonly findings?: readonly { readonly path: string; readonly message: string; readonly advice: string }[];
  readonly differences?: readonly { readonly field: string; readonly requested: string; readonly existing: string }[];
  readonly existing?: { readonly associationId: string } | null;
  readonly approval?: DemoApproval | null;
}

/** An approval that is asked for. */
interface DemoApproval {
  readonly id: string;
  readonly state: string;
}

/** The answer to a vote. */
export interface DemoVote {
  readonly approval: DemoApproval | null;
  readonly refusal: { readonly code: string; readonly message: string } | null;
}

/** An audit entry. */
export interface DemoEntry {
  readonly id: string;
  readonly time: string;
  readonly event: string;
  readonly operationId: string;
  readonly refusalCode: string | null;
  readonly message: string | null;
  readonly target: { readonly namespace: string; readonly serviceAccount: string } | null;
}

/** The input of a mutation. */
export type DemoInput = Readonly<Record<string, unknown>>;

const createDocument = /* GraphQL */ `
  mutation Create($input: CreatePodIdentityAssociationInput!) {
    createPodIdentityAssociation(input: $input) {
      status
      replayed
      retryAfterSeconds
      association {
        associationId
        roleArn
      }
      refusal {
        code
        message
        advice
        ... on PolicyDenied {
          violations {
            policyId
            advice
          }
        }
        ... on InvalidInput {
          findings {
            path
            message
            advice
          }
        }
        ... on ApprovalRequired {
          approval {
            id
            state
            needs {
              policyId
              group
              count
            }
          }
        }
        ... on AssociationAlreadyExists {
          existing {
            associationId
          }
          differences {
            field
            requested
            existing
          }
        }
      }
      auditEntry {
        id
        operationId
      }
    }
  }
`;

const approveDocument = /* GraphQL */ `
  mutation Approve($input: ApproveInput!) {
    approve(input: $input) {
      approval {
        id
        state
      }
      refusal {
        code
        message
      }
    }
  }
`;

const trailDocument = /* GraphQL */ `
  query Trail($id: ID!) {
    auditTrail(scope: { operationId: $id }) {
      nodes {
        id
        time
        event
        operationId
        refusalCode
        message
        target {
          namespace
          serviceAccount
        }
      }
    }
  }
`;

/**
 * A GraphQL client of one principal. It keeps the operation ids of its requests, to read the trail
 * later.
 */
export function makeClient(url: string, token: string) {
  const operationIds = new Set<string>();

  const send = async <T>(query: string, variables: object): Promise<T> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
    const { data, errors } = (await response.json()) as { data?: T; errors?: unknown };
    if (!data || errors) throw new Error(`The gateway responded with ${response.status}: ${JSON.stringify(errors)}`);
    return data;
  };

  const create = async (input: DemoInput): Promise<DemoAnswer> => {
    const data = await send<{ createPodIdentityAssociation: DemoAnswer }>(createDocument, { input });
    operationIds.add(data.createPodIdentityAssociation.auditEntry.operationId);
    return data.createPodIdentityAssociation;
  };

  /** All entries of the operations of this client's requests, oldest first. */
  const trail = async (): Promise<DemoEntry[]> => {
    const read = [...operationIds].map((id) => send<{ auditTrail: { nodes: DemoEntry[] } }>(trailDocument, { id }));
    const entries = (await Promise.all(read)).flatMap(({ auditTrail }) => auditTrail.nodes);
    return entries.sort((a, b) => ((a.id.split('.')[1] ?? '') < (b.id.split('.')[1] ?? '') ? -1 : 1));
  };

  const approve = async (input: DemoInput): Promise<DemoVote> => {
    const { approve: vote } = await send<{ approve: DemoVote }>(approveDocument, { input });
    return vote;
  };

  return { create, approve, trail };
}

/** A client of one principal. */
export type DemoClient = ReturnType<typeof makeClient>;
