/**
 * Rules of oxlint for this project's own conventions.
 *
 * @param {string} selector the nodes that break the rule
 * @param {string} message
 */
const forbids = (selector, message) => ({
  create: (/** @type {{ report: (found: object) => void }} */ context) => ({
    [selector]: (/** @type {object} */ node) => context.report({ node, message }),
  }),
});

export default {
  meta: { name: 'project' },
  rules: {
    // Objects that are spread where they are written: their fields can stand beside the others.
    'spread-literal': forbids(
      'ObjectExpression > SpreadElement > ObjectExpression',
      'Write the fields of a literal one by one.',
    ),
    // Operations are told apart by `operation` alone: a request's shape would treat a new operation as an old one.
    'told-by-fields': forbids(
      "BinaryExpression[operator='in']",
      'Tell values apart by their discriminant (operation, kind), not by their fields.',
    ),
  },
};
