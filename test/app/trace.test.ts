import { lineContext, traceContext } from '../../src/app/trace.ts';

const id = '1-5759e988-bd862e3fe1be46a994272793';

test.each([
  ['a sampled trace', `Root=${id};Parent=53995c3f42cd8ad8;Sampled=1`, { traceId: id }],
  ['a sampled trace with a lineage', `Root=${id};Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:ab:0`, { traceId: id }],
  ['a trace that is not sampled', `Root=${id};Parent=53995c3f42cd8ad8;Sampled=0`, {}],
  ['another text', 'Root=x;Sampled=1', {}],
  ['no trace', undefined, {}],
])('has the id of a trace only if X-Ray keeps it: %s', (_, header, expected) => {
  expect(traceContext({ _X_AMZN_TRACE_ID: header })).toEqual(expected);
});

test('every line of a function names the version of it that runs, and the trace', () => {
  const env = { AWS_LAMBDA_FUNCTION_VERSION: '7', _X_AMZN_TRACE_ID: `Root=${id};Parent=53995c3f42cd8ad8;Sampled=1` };
  expect(lineContext(env)).toEqual({ functionVersion: '7', traceId: id });
  expect(lineContext({})).toEqual({});
});
