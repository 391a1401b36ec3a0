// The EKS simulator, which also prints how long its event loop stood still: the tests assume of EKS
// that a change takes effect in time, and a machine that is too busy can break that.
import '../../../packages/eks-simulator/src/main.ts';
import { stallPrefix } from './eks.ts';

/** Between two looks at the clock, in milliseconds. */
const intervalMs = 50;

let last = performance.now();
setInterval(() => {
  const now = performance.now();
  const stalledMs = now - last - intervalMs;
  if (stalledMs > intervalMs) process.stdout.write(`${stallPrefix}${Math.round(stalledMs)}\n`);
  last = now;
}, intervalMs).unref();
