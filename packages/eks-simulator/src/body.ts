import { refusal } from './reply.ts';
import type { Refusal } from './reply.ts';
import { asBoolean, asFields, asText, optional, parseJson, ShapeError } from './shape.ts';
import type { Fields } from './shape.ts';

/**
 * Parses the JSON body of a request with `take`. Refuses invalid JSON and fields of a wrong type
 * with 400 `SerializationException`. `take` receives all fields: unknown ones are ignored, as
 * rest-json servers do.
 */
export function readBody<T>(body: string, take: (fields: Fields, where: string) => T): T | Refusal {
  const where = 'the request body';
  try {
    return take(asFields(parseJson(body, where), where), where);
  } catch (error) {
    if (error instanceof ShapeError) return refusal(400, 'SerializationException', error.message);
    throw error;
  }
}

/** Fields that creates and updates have in common, with checked types; null for an absent field. */
export function asAssociationInput(fields: Fields, where: string) {
  return {
    roleArn: optional(fields, 'roleArn', where, asText),
    disableSessionTags: optional(fields, 'disableSessionTags', where, asBoolean),
    targetRoleArn: optional(fields, 'targetRoleArn', where, asText),
    policy: optional(fields, 'policy', where, asText),
    clientRequestToken: optional(fields, 'clientRequestToken', where, asText),
  };
}
