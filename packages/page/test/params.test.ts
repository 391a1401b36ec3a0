import { paramProblems } from '../src/params.ts';

const problemsOf = (view: string, query: string) => paramProblems(view, new URLSearchParams(query));

describe('the parameters of a link', () => {
  test.each([
    ['fleet', 'asOf=2026-11-24T10:00:00.000Z&group=namespace&open=111122223333/eu-central-1/apps/payments/api'],
    ['fleet', 'asOf=2026-11-24T11:00:00%2B01:00'],
    ['trail', 'events=DENIED,REFUSED&since=2026-11-24T10:00:00Z&open=01KAX0000000000000000000AB'],
    ['bind', 'clusterName=a/b/c&action=delete&disableSessionTags=true&tags=team%3Dpayments'],
    ['approvals', 'anything=%00&asOf='],
  ])('of %s are read: %s', (view, query) => {
    expect(problemsOf(view, query)).toEqual([]);
  });

  test.each([
    ['asOf=2026-11-24T10:00:00.000Z.', '2026-11-24T10:00:00.000Z'],
    ['asOf=2026-11-24T10:00:00.000Z)', '2026-11-24T10:00:00.000Z'],
    ['asOf=2026-11-24T11:00:00+01:00', '2026-11-24T11:00:00+01:00'],
    ['origin=outside', 'OUTSIDE'],
    ['group=namespace>', 'namespace'],
  ])('that a chat or a hand has mangled get a suggestion: %s', (query, suggestion) => {
    expect(problemsOf('fleet', query)).toEqual([expect.objectContaining({ suggestion })]);
  });

  test('that mean nothing name what they have to be', () => {
    expect(problemsOf('fleet', 'asOf=yesterday&open=api')).toEqual([
      {
        name: 'asOf',
        value: 'yesterday',
        expected: 'a time with its zone, e.g. 2026-11-24T10:00:00Z',
        suggestion: null,
      },
      { name: 'open', value: 'api', expected: 'account/region/cluster/namespace/service account', suggestion: null },
    ]);
  });
});
