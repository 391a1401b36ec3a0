import { pageLink } from '../src/index.ts';
import { pageFragment } from '../src/client/page-links.ts';

test.each([
  ['approval', 'https://gateway.example/#/approvals?id=approval-1.ab'],
  ['entry', 'https://gateway.example/#/trail/entry?id=approval-1.ab'],
  ['operation', 'https://gateway.example/#/trail/operation?id=approval-1.ab'],
] as const)('the link to an %s opens its view on the page', (kind, link) => {
  for (const url of ['https://gateway.example', 'https://gateway.example/', 'https://gateway.example/#/fleet'])
    expect(pageLink(url, kind, 'approval-1.ab')).toBe(link);
});

test('a fragment leaves out what is not given, and escapes what is', () => {
  expect(pageFragment('trail', { principalId: 'https://issuer.example#a&b', since: null, until: '' })).toBe(
    '#/trail?principalId=https%3A%2F%2Fissuer.example%23a%26b',
  );
  expect(pageFragment('fleet')).toBe('#/fleet');
});
