import { UsageError } from './errors.ts';
import { InvalidExpression } from './jmespath/errors.ts';
import { evaluate } from './jmespath/evaluate.ts';
import { parseExpression } from './jmespath/parser.ts';
import type { Value } from './value.ts';

/**
 * The function that applies a JMESPath expression. It throws `EvaluationError` where the expression
 * does not fit the value.
 *
 * @throws {@link UsageError} if the expression is not valid
 */
export function compileQuery(expression: string): (value: Value) => Value {
  const node = parsed(expression);
  return (value) => evaluate(node, value);
}

function parsed(expression: string) {
  try {
    return parseExpression(expression);
  } catch (error) {
    if (!(error instanceof InvalidExpression)) throw error;
    throw new UsageError(`Bad value for --query ${expression}: ${error.message}`);
  }
}
