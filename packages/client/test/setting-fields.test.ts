import { settingFields as gatewayFields } from '../../../src/model/setting-fields.ts';
import { settingFields } from '../src/client/setting-fields.ts';

// The client imports nothing of the gateway, so each has a table of the settings.
test('the settings of the client are those of the gateway, in its order and with its defaults', () => {
  const ofGateway = Object.entries(gatewayFields).map(([name, field]) => {
    const type = field.type === 'role' ? 'text' : field.type;
    return [name, { ...field, type }] as const;
  });
  expect(Object.entries(settingFields)).toEqual(ofGateway);
});
