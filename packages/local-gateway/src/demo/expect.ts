import type { DemoAnswer } from './client.ts';

/** The problem, unless it holds. */
export function expect(holds: boolean, problem: string): string | null {
  return holds ? null : problem;
}

/** Checks that an answer is a refusal with a code. */
export function refusedWith(code: string): (answer: DemoAnswer) => string | null {
  return ({ status, refusal }) =>
    expect(status === 'REFUSED' && refusal?.code === code, `it should be REFUSED with ${code}`);
}
