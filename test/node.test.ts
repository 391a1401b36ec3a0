test('runs on the Node.js version of the lock file', () => {
  expect(process.version).toMatch(/^v24\./);
});
