import { useState } from 'preact/hooks';

/** What a person has asked for, and why it failed; one at a time. */
export function useAction() {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const run = async (action: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    await action().catch(setError);
    setBusy(false);
  };
  return { isBusy, error, run };
}
