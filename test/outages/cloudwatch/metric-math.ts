/** Datapoints of consecutive periods, the latest first; null where there is none. */
export type Series = readonly (number | null)[];

/** What a CloudWatch version may do that its documentation leaves open. */
export interface MathOptions {
  /** Whether `FILL` fills a series that has no datapoint at all in the range that is evaluated. */
  readonly fillsEmpty: boolean;
}

type Value = number | Series;

/** Comparisons and logical operators by their precedence, the weakest first; 1 is true. */
const levels: Readonly<Record<string, (a: number, b: number) => number | null>>[] = [
  { OR: (a, b) => truth(a !== 0 || b !== 0) },
  { AND: (a, b) => truth(a !== 0 && b !== 0) },
  {
    '>=': (a, b) => truth(a >= b),
    '<=': (a, b) => truth(a <= b),
    '>': (a, b) => truth(a > b),
    '<': (a, b) => truth(a < b),
  },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  // CloudWatch has no datapoint for a division by zero.
  { '*': (a, b) => a * b, '/': (a, b) => (b === 0 ? null : a / b) },
];

const truth = (value: boolean) => (value ? 1 : 0);

/**
 * Evaluates an expression of CloudWatch metric math: numbers, ids of other series, `+ - * /`, comparisons, AND, OR, `IF`, `FILL` and `DIFF`
 * ("Using math expressions with CloudWatch metrics" in its user guide). Where an operand has no datapoint, the result has none.
 * Throws an Error for what is not known here.
 *
 * @param length periods of the result
 */
export function evaluateMath(
  expression: string,
  seriesOf: (id: string) => Series,
  length: number,
  { fillsEmpty }: MathOptions,
): Series {
  const tokens = expression.match(/[A-Za-z]\w*|\d+(?:\.\d+)?|>=|<=|[-+*/()<>,]/g) ?? [];
  let position = 0;
  const take = (expected?: string): string => {
    const token = tokens[position] ?? '';
    if (token === '' || (expected !== undefined && token !== expected)) {
      throw new Error(`${expression}: found "${token}" instead of ${expected ?? 'an operand'}.`);
    }
    position += 1;
    return token;
  };
  const argumentsOf = (): Value[] => {
    take('(');
    const values = [binary(0)];
    while (tokens[position] === ',') {
      take(',');
      values.push(binary(0));
    }
    take(')');
    return values;
  };
  const at = (value: Value | undefined, index: number) =>
    typeof value === 'number' ? value : (value?.[index] ?? null);
  const each = (result: (index: number) => number | null): Series =>
    Array.from({ length }, (_, index) => result(index));

  const operand = (): Value => {
    if (tokens[position] === '(') return argumentsOf()[0] ?? 0;
    const token = take();
    if (/^\d/.test(token)) return Number(token);
    if (tokens[position] !== '(') return seriesOf(token);
    const [first, second, third] = argumentsOf();
    if (token === 'FILL') {
      const isEmpty = each((index) => at(first, index)).every((value) => value === null);
      return isEmpty && !fillsEmpty ? each(() => null) : each((index) => at(first, index) ?? at(second, index));
    }
    if (token === 'DIFF') {
      return each((index) => {
        const [value, older] = [at(first, index), each((later) => (later > index ? at(first, later) : null))];
        const before = older.find((one) => one !== null) ?? null;
        return value === null || before === null ? null : value - before;
      });
    }
    if (token === 'IF') {
      return each((index) => {
        const condition = at(first, index);
        return condition === null ? null : at(condition === 0 ? third : second, index);
      });
    }
    throw new Error(`The function ${token} is not known here.`);
  };
  const binary = (level: number): Value => {
    const operators = levels[level];
    if (operators === undefined) return operand();
    let left = binary(level + 1);
    for (let operator = operators[tokens[position] ?? '']; operator; operator = operators[tokens[position] ?? '']) {
      const apply = operator;
      const before = left;
      take();
      const right = binary(level + 1);
      left = each((index) => {
        const [a, b] = [at(before, index), at(right, index)];
        return a === null || b === null ? null : apply(a, b);
      });
    }
    return left;
  };
  const result = binary(0);
  if (position !== tokens.length) throw new Error(`${expression}: "${tokens[position]}" is not expected.`);
  return each((index) => at(result, index));
}
