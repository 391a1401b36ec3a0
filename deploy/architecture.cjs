// The architectures of functions by the values of the parameter `architecture`: `machine` is that of the machine that packages, since V8
// uses a code cache only on the architecture that made it. It is CommonJS because the framework loads no other module for a variable.
module.exports = {
  machine: process.arch === 'arm64' ? 'arm64' : 'x86_64',
  arm64: 'arm64',
  x86_64: 'x86_64',
};
