import process from 'node:process';
import { InterruptedError } from './aws/errors.ts';
import type { Prompter } from './prompt.ts';

/**
 * Asks on standard error, so that standard output has results only. The library is loaded with the
 * first question.
 */
export const terminalPrompter: Prompter = {
  text: async (message) => {
    const { isCancel, text } = await import('@clack/prompts');
    const answer = await text({ message, output: process.stderr });
    if (isCancel(answer)) throw cancelled();
    return answer;
  },
  choose: async (message, choices) => {
    const { isCancel, select } = await import('@clack/prompts');
    const options = choices.map((value) => ({ value }));
    const answer = await select({ message, options, output: process.stderr });
    if (isCancel(answer)) throw cancelled();
    return answer;
  },
};

function cancelled(): InterruptedError {
  return new InterruptedError('Interrupted. Nothing was sent.');
}
