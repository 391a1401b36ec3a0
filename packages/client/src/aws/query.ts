import { compile, search } from 'jmespath';
import { UsageError } from './errors.ts';
import type { Value } from './value.ts';

/**
 * The function that applies a JMESPath expression.
 *
 * @throws {@link UsageError} if the expression is not valid
 */
export function compileQuery(expression: string): (value: Value) => Value {
  try {
    compile(expression);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`Bad value for --query ${expression}: Invalid jmespath expression: ${reason}`);
  }
  return (value) => search(value, expression) as Value;
}
