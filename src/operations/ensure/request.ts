import type { EnsureNoPodIdentityAssociationInput, EnsurePodIdentityAssociationInput } from '../../generated/types.ts';
import type { HiddenAssociation } from '../../ledger/hidden-entry.ts';
import type { Decision } from '../../model/decision.ts';
import { namedSettings } from '../../model/operation.ts';
import type { OperationKind, RequestedOperation } from '../../model/operation.ts';
import { validateEnsure, validateEnsureNo } from '../../validation/ensure.ts';
import type { DesiredState } from '../../validation/ensure.ts';
import type { ValidatedAs } from '../../validation/validated.ts';
import type { DryRunPorts } from '../dry-run.ts';
import { createOperation } from '../kinds/create.ts';
import { deleteOperation } from '../kinds/delete.ts';
import { operationOf } from '../kinds/operations.ts';
import type { MutationPorts } from '../mutate.ts';
import type { EnsuredChange, InputOf, MutationCall } from '../terms/admission.ts';
import { notSeenFor } from '../terms/conclusions.ts';
import { anyAssociation } from '../terms/hidden.ts';
import type { Operation } from '../terms/operation.ts';
import type { DesiredBy } from './desired-by.ts';
import { tokenOf } from './token.ts';

/** What desired states are read, checked and made with. */
export type EnsurePorts = MutationPorts & DryRunPorts;

/** A desired state as it arrives. */
export interface EnsureCall extends Pick<MutationCall, 'identity' | 'deadline'> {
  readonly input: EnsureNoPodIdentityAssociationInput & { readonly roleArn?: string };
}

/** The request of a mutation, to be sent or tried. */
export interface EnsureRequest {
  readonly operation: OperationKind;
  /** Hands it to what sends or tries it. */
  readonly pass: <Result>(
    use: <Kind extends OperationKind>(operation: Operation<Kind>, call: MutationCall<Kind>) => Result,
  ) => Result;
}

/** Validates the input of either mutation of desired states: only that of an association has a role. */
export function validated(
  { input }: Pick<EnsureCall, 'input'>,
  { home }: Pick<DryRunPorts, 'home'>,
): ValidatedAs<DesiredState> {
  return input.roleArn === undefined
    ? validateEnsureNo(input, home)
    : validateEnsure(input as EnsurePodIdentityAssociationInput, home);
}

/** The request that answers as a create or a delete does to an input that is not valid. */
export function invalidRequest(
  { identity, deadline, input }: EnsureCall,
  invalid: Extract<ValidatedAs<DesiredState>, { kind: 'invalid' }>,
): EnsureRequest {
  const validate = () => invalid;
  if (input.roleArn === undefined) {
    const named = { ...input, associationId: anyAssociation.associationId };
    return requestOf({ ...deleteOperation, validate }, { identity, deadline, input: named });
  }
  const { roleArn } = input;
  return requestOf({ ...createOperation, validate }, { identity, deadline, input: { ...input, roleArn } });
}

/** The request of a change, under its derived token. */
export function changeRequest<Kind extends OperationKind>(
  { home }: DryRunPorts,
  { identity, deadline, input: { reason, onBehalfOf, declaration } }: EnsureCall,
  by: DesiredBy,
  { operation: kind, request }: RequestedOperation<Kind>,
  obstacle: EnsuredChange['obstacle'],
): EnsureRequest {
  const operation = operationOf<Kind>(kind);
  const settings = namedSettings[kind](request);
  // A canonical request has the fields of its input, but for the settings that an update changes.
  const fields = { ...request, ...settings, reason, onBehalfOf, declaration } as unknown as InputOf[Kind];
  const valid = operation.validate(fields, home);
  const input =
    valid.kind === 'valid'
      ? {
          ...fields,
          clientRequestToken: tokenOf(by, { operation: kind, request: valid.request } as RequestedOperation),
        }
      : fields;
  return requestOf(operation, { identity, deadline, input, ensured: { obstacle } });
}

/**
 * The request that answers as a delete of an association that does not exist, or that the principal may
 * not view: its id must not be told. `view` denies that it is viewed.
 */
export function unseenRequest(
  { identity, deadline, input }: EnsureCall,
  { desired: { target } }: DesiredBy,
  view: Decision,
  hidden: HiddenAssociation | null,
): EnsureRequest {
  const { associationId } = anyAssociation;
  const operation: Operation<'DELETE_POD_IDENTITY_ASSOCIATION'> = {
    ...deleteOperation,
    loadTarget: (_, valid) => {
      const denial = valid.denial() ?? (view.failed ? view : null);
      if (denial) return Promise.resolve({ kind: 'denied', decision: denial });
      return Promise.resolve({ kind: 'refused', refused: notSeenFor(target), hidden });
    },
  };
  return requestOf(operation, { identity, deadline, input: { ...input, associationId } });
}

function requestOf<Kind extends OperationKind>(operation: Operation<Kind>, call: MutationCall<Kind>): EnsureRequest {
  return { operation: operation.kind, pass: (use) => use(operation, call) };
}
