import type { PolicyJson, TypeAndId } from '../cedar/cedar.ts';

/** An entity as text, such as `PodIdentity::Group::"admins"`. */
export function nameOf({ type, id }: TypeAndId): string {
  return `${type}::${JSON.stringify(id)}`;
}

/** An entity in the head of a policy or in a value, which Cedar writes in one of two forms. */
export type HeadEntity = Partial<TypeAndId & { readonly __entity: TypeAndId }>;

/** As {@link nameOf}, for an entity of a head or of a value. */
export function nameOfHead({ __entity: entity, type = '', id = '' }: HeadEntity): string {
  return nameOf(entity ?? { type, id });
}

/** The parts of a head's constraint that name entities. */
export interface Constraint {
  readonly entity?: HeadEntity;
  readonly entities?: readonly HeadEntity[];
  /** Of `is … in`. */
  readonly in?: Constraint;
}

/**
 * The actions that the head of a policy names, such as `PodIdentity::Action::"ReadAuditTrail"`;
 * null: any action.
 */
export function actionsOf(policy: PolicyJson): ReadonlySet<string> | null {
  const { entity, entities } = policy.action as Constraint;
  const actions = entities ?? (entity === undefined ? null : [entity]);
  return actions && new Set(actions.map(nameOfHead));
}
