import type { CedarValueJson, EntityJson, SchemaJson, TypeAndId } from './cedar.ts';
import type { CedarRequest } from './request.ts';

/**
 * What Cedar compares of a request with a schema: its action, types, and names of attributes. Two
 * requests of the same shape are both valid or both not, unless the schema {@link listsIds}.
 */
export function shapeOf({ principal, action, resource, context, entities }: CedarRequest): string {
  const head = [typeOf(principal), `${typeOf(action)}::${action.id}`, typeOf(resource)];
  return JSON.stringify([head, record(context), entities.map(entity)]);
}

/** Whether a schema lists the ids that entities of a type may have. */
export function listsIds(schema: SchemaJson<string>): boolean {
  return Object.values(schema).some(({ entityTypes }) =>
    Object.values(entityTypes).some((type) => Object.hasOwn(type, 'enum')),
  );
}

type Shape = string | readonly Shape[];

function entity({ uid, attrs, parents, tags = {} }: EntityJson): Shape {
  // Tags have any names, and values of one type.
  const ofTags = Object.entries(tags).flat();
  return [typeOf(uid), record(attrs), distinct(parents.map(typeOf)), distinct(ofTags.map(value))];
}

function record(values: Readonly<Record<string, CedarValueJson>>): Shape {
  return Object.entries(values).flatMap(([name, one]) => [name, value(one)]);
}

function value(given: CedarValueJson): Shape {
  if (typeof given === 'string') return text(given);
  if (typeof given === 'number') return Number.isSafeInteger(given) ? 'Long' : `Number ${given}`;
  if (typeof given !== 'object' || given === null) return typeof given;
  if (Array.isArray(given)) return ['Set', ...distinct(given.map(value))];
  const { __entity: reference, __extn: call } = given as Partial<Special>;
  if (reference !== undefined) return typeOf(reference);
  // Times and addresses differ in their digits.
  if (call !== undefined) return `${call.fn}(${call.arg.replace(/\d/g, '0')})`;
  return ['Record', record(given as Record<string, CedarValueJson>)];
}

/** An entity or a call of a function, as a value. */
interface Special {
  readonly __entity: TypeAndId;
  readonly __extn: { readonly fn: string; readonly arg: string };
}

/** Cedar rejects what is not Unicode, whatever its schema. */
function text(given: string): string {
  return given.isWellFormed() ? 'String' : `String ${given}`;
}

function typeOf(uid: EntityJson['uid']): string {
  // The gateway uses the short one of both forms.
  const { type, id } = uid as TypeAndId;
  return `${type} ${text(id)}`;
}

/** The different ones, in an order that does not depend on theirs. */
function distinct(shapes: readonly Shape[]): readonly string[] {
  return [...new Set(shapes.map((shape) => JSON.stringify(shape)))].sort();
}
