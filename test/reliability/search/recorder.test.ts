import { appliedRequest } from './recorder.ts';

const sent = (requestId: string, operationId: string) => ({ requestId, operationId });
const changes = [sent('request 1', 'a'), sent('request 2', 'b'), sent('request 3', 'a')];

test('one effect of an operation that sent two requests is that of the last: the first was rejected', () => {
  expect(appliedRequest(changes, 'a', new Set())).toEqual(sent('request 3', 'a'));
});

test('a second effect of the operation is that of another request, so that two effects are found', () => {
  expect(appliedRequest(changes, 'a', new Set(['request 3']))).toEqual(sent('request 1', 'a'));
});

test('an operation that sent nothing has no effect', () => {
  expect(appliedRequest(changes, 'c', new Set())).toBeNull();
});
