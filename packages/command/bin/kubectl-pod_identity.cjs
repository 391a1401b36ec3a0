#!/usr/bin/env node
// The same command as a plugin: kubectl runs it as `kubectl pod-identity`.
process.env.POD_IDENTITY_KUBECTL_PLUGIN = 'true';
require('./pod-identity.cjs');
