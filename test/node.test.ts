test('runs on the Node.js that the lock file pins, whatever the machine has', () => {
  expect(process.version).toMatch(/^v24\./);
});
