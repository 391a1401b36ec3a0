import type { WireRequest } from '../matrix/steps.ts';
import type { BuildName } from './builds.ts';
import type { Message } from './line.ts';

/** An entry of the audit trail that a request to DynamoDB writes. */
export interface WrittenEntry {
  readonly event: string;
  readonly operationId: string;
}

/** Which build began and closed each operation, by what reached DynamoDB. */
export interface Journal {
  /** Notes the entries that an answered request has written. */
  readonly note: (build: BuildName, message: Message) => void;
  /** Ids of the operations that a build began, and that are not closed. */
  readonly openOf: (build: BuildName) => readonly string[];
  /** Ids of the operations that one build began, and that another closed. */
  readonly closedBy: (begun: BuildName, closed: BuildName) => readonly string[];
}

const closing = ['SUCCEEDED', 'REFUSED', 'RELEASED'];

/** Creates an empty journal. */
export function makeJournal(): Journal {
  const begunBy = new Map<string, BuildName>();
  const closedBy = new Map<string, BuildName>();
  const note = (build: BuildName, { request, status }: Message) => {
    if (status !== 200) return;
    for (const { event, operationId } of entriesWritten(request)) {
      if (event === 'INTENT') begunBy.set(operationId, build);
      if (closing.includes(event) && begunBy.has(operationId)) closedBy.set(operationId, build);
    }
  };
  const begun = (build: BuildName) => [...begunBy].flatMap(([id, by]) => (by === build ? [id] : []));
  return {
    note,
    openOf: (build) => begun(build).filter((id) => !closedBy.has(id)),
    closedBy: (one, other) => begun(one).filter((id) => closedBy.get(id) === other),
  };
}

interface WrittenItem {
  readonly event?: { readonly S: string };
  readonly operationId?: { readonly S: string };
}

/** The entries that a request writes; none if it is not a transaction of DynamoDB. */
export function entriesWritten({ target, body }: WireRequest): readonly WrittenEntry[] {
  if (target?.endsWith('.TransactWriteItems') !== true) return [];
  const { TransactItems } = JSON.parse(body) as {
    readonly TransactItems: readonly { readonly Put?: { readonly Item: WrittenItem } }[];
  };
  return TransactItems.flatMap(({ Put }) => {
    const { event, operationId } = Put?.Item ?? {};
    return event && operationId ? [{ event: event.S, operationId: operationId.S }] : [];
  });
}
