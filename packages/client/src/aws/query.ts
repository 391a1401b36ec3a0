import { UsageError } from './errors.ts';
import type { Value } from './value.ts';

/**
 * The function that applies a JMESPath expression.
 *
 * @throws {@link UsageError} if the expression is not valid
 */
export async function compileQuery(expression: string): Promise<(value: Value) => Value> {
  const { compile, search } = await import('jmespath');
  try {
    compile(expression);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`Bad value for --query ${expression}: Invalid jmespath expression: ${reason}`);
  }
  return (value) => search(value, expression) as Value;
}
