import { useEffect, useState } from 'preact/hooks';

const settledMs = 300;

/** A value once it has not changed for a moment: not each key stroke leads to a request. */
export function useSettled<Value>(value: Value): Value {
  const [settled, setSettled] = useState(value);
  const key = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), settledMs);
    return () => clearTimeout(timer);
  }, [key]);
  return settled;
}
