import { openRequestLog } from '../src/request-log.ts';
import type { LoggedRequest } from '../src/request-log.ts';

function request(requestId: string): LoggedRequest {
  return {
    ...{ requestId, time: '2026-11-24T10:00:00.000Z', method: 'GET', path: '/', amzDate: null, operation: null },
    ...{ accessKeyId: null, cluster: null, namespace: null, serviceAccount: null, associationId: null },
    ...{ clientRequestToken: null, principalArn: null, session: null },
    ...{ fault: null, outcome: 'pending', answer: null },
  };
}

test('keeps the last 10,000 requests', () => {
  const log = openRequestLog();
  for (let index = 0; index < 10_001; index += 1) log.add(request(`request-${index}`));
  expect(log.all()).toHaveLength(10_000);
  expect(log.all()[0]?.requestId).toBe('request-1');
});

test('an entry can be updated after later ones were added, and stays cleared after clear', () => {
  const log = openRequestLog();
  const change = log.add(request('one'));
  log.add(request('two'));
  change({ outcome: 'succeeded' });
  expect(log.all().map(({ outcome }) => outcome)).toEqual(['succeeded', 'pending']);
  log.clear();
  change({ outcome: 'late' });
  expect(log.all()).toEqual([]);
});
