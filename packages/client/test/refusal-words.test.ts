import { personalAdvice, refusalWords, refusalWordsOf } from '../src/index.ts';

describe('the words for refusals', () => {
  test.each(Object.entries(refusalWords))('of %s have none of the API', (_, { title, next }) => {
    expect(`${title} ${next ?? ''}`).not.toMatch(/clientRequestToken|retryAfterSeconds|expectedModifiedAt|_/);
    expect(title).not.toMatch(/\.$/);
  });

  test('come before the advice of the refusal, which is for programs', () => {
    const advice = 'To ask again, use a new clientRequestToken.';
    expect(personalAdvice({ code: 'APPROVAL_WITHDRAWN', advice })).toBe('You can ask again.');
    expect(personalAdvice({ code: 'POLICY_DENIED', advice: 'Ask the owners.' })).toBe('Ask the owners.');
  });

  test('exist for a code that a later version adds', () => {
    expect(refusalWordsOf('SOMETHING_NEW')).toEqual({ title: 'Refused', next: null });
    expect(refusalWordsOf('constructor').title).toBe('Refused');
  });
});
