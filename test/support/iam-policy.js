const slowComparison = 'first.localeCompare(second, undefined, caseInsensitiveCompareOptions)';

/**
 * The comparison of operators in iam-policy with one collator: `localeCompare` with options makes a
 * new one for each call, a sixth of the time of the tests that simulate IAM. A transform of Jest.
 */
export default {
  process: (/** @type {string} */ text, /** @type {string} */ path) => {
    if (!text.includes(slowComparison)) throw new Error(`${path} does not compare with localeCompare any more.`);
    const collator = 'const collator = new Intl.Collator(undefined, caseInsensitiveCompareOptions);';
    return { code: `${text.replace(slowComparison, 'collator.compare(first, second)')}\n${collator}\n` };
  },
};
