import { handleSignals } from './signals.ts';

handleSignals();
await import('./cli.ts');
