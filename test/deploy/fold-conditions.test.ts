import { foldConditions } from '../../deploy/fold-conditions.ts';

const noValue = { Ref: 'AWS::NoValue' };
const conditions = {
  On: { 'Fn::Equals': ['a', 'a'] },
  Off: { 'Fn::Not': [{ Condition: 'On' }] },
  Both: { 'Fn::And': [{ Condition: 'On' }, { Condition: 'Off' }] },
  Either: { 'Fn::Or': [{ Condition: 'On' }, { Condition: 'Off' }] },
  InEurope: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-central-1'] },
};

/** A template of one resource with these properties. */
const fold = (Properties: object) => {
  const Resources = { One: { Type: 'X', Properties: Properties as Record<string, never> } };
  return foldConditions({ Resources, Conditions: conditions }).Resources.One.Properties;
};

test.each([
  ['On', 'yes'],
  ['Off', 'no'],
  ['Both', 'no'],
  ['Either', 'yes'],
])('Fn::If takes the branch of the constant condition %s', (name, value) => {
  expect(fold({ Value: { 'Fn::If': [name, 'yes', 'no'] } })).toEqual({ Value: value });
});

test('AWS::NoValue removes a property or an item of a list', () => {
  expect(fold({ A: { 'Fn::If': ['Off', 'x', noValue] }, B: ['x', { 'Fn::If': ['Off', 'y', noValue] }] })).toEqual({
    B: ['x'],
  });
});

test('conditions over pseudo parameters stay for CloudFormation', () => {
  const value = { 'Fn::If': ['InEurope', 'x', noValue] };
  expect(fold({ Value: value })).toEqual({ Value: value });
});

test('resources and outputs of unmet conditions are removed, and dependencies on them', () => {
  const template = {
    Resources: {
      Kept: { Type: 'X', Condition: 'On', DependsOn: ['Gone', 'Regional'] },
      Gone: { Type: 'X', Condition: 'Off' },
      Regional: { Type: 'X', Condition: 'InEurope' },
    },
    Outputs: { Gone: { Condition: 'Off', Value: 'x' }, Kept: { Condition: 'On', Value: 'x' } },
    Conditions: conditions,
  };
  expect(foldConditions(template)).toEqual({
    Resources: {
      Kept: { Type: 'X', DependsOn: ['Regional'] },
      Regional: { Type: 'X', Condition: 'InEurope' },
    },
    Outputs: { Kept: { Value: 'x' } },
    Conditions: { InEurope: conditions.InEurope },
  });
});
