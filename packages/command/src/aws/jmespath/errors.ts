/** The expression is not valid. The message is the one of the AWS CLI, with the place. */
export class InvalidExpression extends Error {
  override readonly name = 'InvalidExpression';
}

/** The expression can't be applied to this value, e.g. for an argument of a wrong type. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
}
