/** The parts of an ARN that a reader looks for. */
export interface ArnParts {
  /** The last part of the path, e.g. `payments-api`. */
  readonly name: string;
  /** What stands before it: account and path, e.g. `111122223333 pods/payments/`. */
  readonly place: string;
}

/**
 * E.g. `arn:aws:iam::111122223333:role/pods/payments/payments-api`. Any other text is its own name.
 */
export function partsOfArn(arn: string): ArnParts {
  const [prefix, , , , account, ...rest] = arn.split(':');
  if (prefix !== 'arn' || account === undefined || rest.length === 0) return { name: arn, place: '' };
  const [type = '', ...path] = rest.join(':').split('/');
  const name = path.pop() ?? type;
  return { name, place: [account, path.length > 0 ? `${path.join('/')}/` : ''].join(' ').trim() };
}

/** The most characters of a name or an id that a line shows. */
const maxLength = 48;

/** A text without its middle, if it is longer than a line. */
export function shortened(text: string, length = maxLength): string {
  const half = Math.floor((length - 1) / 2);
  return text.length <= length ? text : `${text.slice(0, half)}…${text.slice(-half)}`;
}
