/** Why a request failed, for the people who deploy. */
export class Failure extends Error {
  /** Whether the association may have been changed all the same, or may still be. */
  readonly mayBeDone: boolean;

  /** @param code the name of the error, which Lambda reports as `errorType` */
  constructor(code: string, message: string, mayBeDone = false) {
    super(message);
    this.name = code;
    this.mayBeDone = mayBeDone;
    // Lambda answers with the trace, which is of no use to them.
    this.stack = `${code}: ${message}`;
  }
}
