import { refusal } from './reply.ts';
import type { Refusal } from './reply.ts';
import { asFields, parseJson, ShapeError } from './shape.ts';
import type { Fields } from './shape.ts';

/**
 * Reads the JSON body of a request with `take`; 400 `SerializationException` when it is no JSON or a field has another
 * type. `take` gets all fields: one that EKS does not know is read over, as rest-json servers do.
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
